import { createHash } from 'node:crypto';
import { type StatedWaiver, waiverStatement } from '../../vocabulary/waiver-statement.js';

/** SHA-256 of what a waiver says, in lower-case hexadecimal. */
export const waiverSha256 = (row: StatedWaiver): string =>
  createHash('sha256').update(waiverStatement(row)).digest('hex');
