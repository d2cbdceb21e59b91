-- Whether two ids are one vulnerability, as evidence of a release says. It is asked for each claim about an alias.
CREATE INDEX "vulnerability_aliases_release_id_canonical_alias_idx" ON "vulnerability_aliases"("release_id", "canonical", "alias");
