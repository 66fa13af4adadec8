// Asks the npm peers about addresses: one address a line in, one JSON object a line out.
// Usage: node suggest.cjs mailcheck|email-spell-checker < addresses

const readline = require("node:readline");

const peers = {
  mailcheck: () => {
    const mailcheck = require("mailcheck");
    const defaults = {
      domains: mailcheck.defaultDomains,
      secondLevelDomains: mailcheck.defaultSecondLevelDomains,
      topLevelDomains: mailcheck.defaultTopLevelDomains,
    };
    return (address) => mailcheck.run({ ...defaults, email: address });
  },
  "email-spell-checker": () => {
    const checker = require("@zootools/email-spell-checker");
    const run = checker.run ?? checker.default.run;
    return (address) => run({ email: address });
  },
};

const suggest = peers[process.argv[2]]();
readline.createInterface({ input: process.stdin }).on("line", (address) => {
  const found = suggest(address);
  process.stdout.write(JSON.stringify({ address, domain: found?.domain ?? null }) + "\n");
});
