"""What `missent audit` does beside reading and finding."""
