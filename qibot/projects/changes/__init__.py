"""What is changed and how it is tested: PDSA cycles, driver diagrams, and small changes that need no project."""
