-- Waivers that end soon are listed over all projects, the next first.
CREATE INDEX "waivers_expires_at_id_idx" ON "waivers"("expires_at", "id");
