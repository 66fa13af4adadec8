// Asks the npm peers about addresses: one address a line in, one JSON object a line out, and at the
// end, on standard error, how many microseconds each question took.
// Usage: node suggest.cjs mailcheck|email-spell-checker [KNOWN_DOMAIN...] < addresses

const readline = require("node:readline");

const known = process.argv.slice(3);

const peers = {
  mailcheck: () => {
    const mailcheck = require("mailcheck");
    const options = {
      domains: [...mailcheck.defaultDomains, ...known],
      secondLevelDomains: mailcheck.defaultSecondLevelDomains,
      topLevelDomains: mailcheck.defaultTopLevelDomains,
    };
    return (address) => mailcheck.run({ ...options, email: address });
  },
  "email-spell-checker": () => {
    const checker = require("@zootools/email-spell-checker");
    const domains = [...checker.POPULAR_DOMAINS, ...known];
    return (address) => checker.run({ email: address, domains });
  },
};

const suggest = peers[process.argv[2]]();
let asked = 0;
let spent = 0n;
readline
  .createInterface({ input: process.stdin })
  .on("line", (address) => {
    const start = process.hrtime.bigint();
    const found = suggest(address);
    spent += process.hrtime.bigint() - start;
    asked += 1;
    process.stdout.write(JSON.stringify({ address, domain: found?.domain ?? null }) + "\n");
  })
  .on("close", () => process.stderr.write(`${Number(spent) / 1000 / Math.max(asked, 1)}\n`));
