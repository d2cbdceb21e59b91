export interface PackedRelease {
  readonly id: string;
  readonly version: string;
}

const goneText = (removed: readonly { readonly sha256: string; readonly size: number }[]) =>
  removed.length === 0
    ? ''
    : `
Removed by retention
--------------------

The bytes of these documents are gone. An entry document.removed says when, and by which policy:

${removed.map(({ sha256, size }) => `${sha256}  ${size} bytes`).join('\n')}
`;

/** The first file of a pack, for the person who opens it a year later. */
export const packReadme = (
  { id, version }: PackedRelease,
  size: number,
  removed: readonly { readonly sha256: string; readonly size: number }[],
): string => `Audit pack of release ${version}
=====================

This archive has everything that the Secure Release Platform recorded about the release
${id}, up to entry ${size} of its log.

Verify it, offline, with Node.js 20 or later:

  tar -xf PACK.tar verify.mjs
  node verify.mjs PACK.tar

The program is in the archive, and so it comes from the server under audit. It is one file
without dependencies that you can read. Better: take it from the source code of the
platform, and bring what you kept from before:

  node verify.mjs PACK.tar --checkpoint CHECKPOINT --keys KEYS

CHECKPOINT is an answer of GET /log/checkpoint, KEYS an answer of GET /log/keys.

What is where
-------------

pack.json       the release, and the size of the log
keys.json       the public keys of the log and of the verdicts
logs/           the signed checkpoint: size and root of the log
entries/        what the log says about the release, in order, with proofs
verdicts/       each decision, with all that it was decided by, and its results
attestations/   signed statements about the decisions (in-toto, DSSE)
policies/       the rules
waivers/        the exceptions, as they were requested and approved
approvals/      who approved or rejected the release, and what the person saw
break-glass/    who passed what denied the release, and the review of that
deployments/    where the release was deployed
evidence/       what each document is, who sent it, and when
documents/      the documents, named by their SHA-256${removed.length > 0 ? '. Retention removed some, see below' : ''}
manifest.json   the SHA-256 of every file before it. If it is missing, the archive is cut
${goneText(removed)}`;
