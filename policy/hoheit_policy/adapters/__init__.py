"""What brings resources to the rules: an export, a preview, a policy pack, a program."""
