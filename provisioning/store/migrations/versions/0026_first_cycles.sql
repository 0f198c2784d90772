-- Which of the cycles that were seen looked at everybody: what the next one like it will take is told from these.
ALTER TABLE cycles ADD COLUMN everybody boolean NOT NULL DEFAULT false;
