"""Programs that write facts from the software that they are about; not part of the wheel."""
