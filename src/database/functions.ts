import type { Statement } from './sql.js';

/**
 * What the functions of the migrations do, by the SHA-256 of their text and kind. Verification itself asks some, and
 * triggers call the others, so one that the owner replaced could hide what it should tell. `uuid_v7` is not one of
 * them: it gives ids and decides nothing. A test compares them with a migrated database.
 */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  approvals_changed: '0c1b626e2215249209666e89f3a9b7f2db04a394bb56f21f6d2725bbfc9ff281',
  artifacts_added: 'b0a83344842366fec96a218b789190327c8f377b2e188adf427866bbab302614',
  beside_api: 'dd25fb484c45ad0437ac6356fbe2e30b8f08cf3dedbaf2f079238847737c239c',
  break_glasses_changed: '27c0b6fd4e659496546af487160e6e98da1c37ed938441c9bad34e6efcc40e34',
  chunks_added: 'dd690df89a3f06a58d6f5afa4c8e74d275c75f9c290afb9fb5bbf0807e11b22b',
  chunks_removed: '61c524fbe8a78325883bad9fbacd1d6a87e7578dd97736b3fe1cd08d866b0684',
  decision_beside_api: '393870a4ae8a07d114a6911bae511a9d7f44677f831ccb460d15b80491d61010',
  deployment_is_in_doubt: 'bcac50f410c281d6d8730a892767e554901481b81898f162e6b30b729d505d55',
  deployments_doubted: '9df3824a33ac75f5e5b2dbdc59ee44bf2d947af162befe66fba81a68e0500b9b',
  document_keeps: '425ac2bcfc357847d7c61caf873fbb902eba1bbf68c88e0c0da8e0cc0b38d1bb',
  document_measured: '81e3c773fa42c98df88cdf015572e868ea49d013be5034d93562948a8e8af4d3',
  environments_changed: 'abf5a14657f3de2ec83fff3da6039c4f51a51e0fb587f832935a683d140214a7',
  events_only_erased: '12b93a57d67383f4cb0872d5689dcaaa8a03e3d60a96b84881d7b3b979ce43cc',
  evidence_changed: '78379850d146609779a743be5698844c12c8a1232f9ba160bd8a692a5f00ea83',
  evidence_row_count: '5abef0daabf110003736f8c5e392aa812da7f5375cb6b48632db94f366f38656',
  evidence_tallied: '8d0eba561069c37e41b6b35b7193d0a135c4a83498e48a70706d9ffbcb0786ff',
  is_own_review: '3a35efb34a101b4e017161ea4096f68e5d51a0db7b49391d1a60a85c61ea7824',
  log_entries_only_erased: '79a48829ef8ced70edf85697cd498ca8cfde579f525a981247be5af985af6148',
  log_tiles_only_grow: '4b628220b5b689a06993ebcac098e18aa644619458b0fc8d97dfb8f87fe45f00',
  logs_only_grow: '011ddfa5c114286cbffe48da3cf2fc308082c72b2a3b04171b93c96fe5bceaec',
  note_own_reviews: '0d68f4cafeb9249e78326163ef9063e2cdb4b6075a0bc7efb37ef89ef02e4b7b',
  projects_changed: '2cea0e5ef8b70f604c5c9d210c0d0ed78f6009ee945920a669b61b070a319909',
  queue_for_log: '2d16a50c31886031924e602654b2ba0615941b8ba8bdd9f677a910ec6cb136bf',
  queue_for_webhooks: 'cbb51269d0e386bd2788bc6c22edc9ec5f06bcc659c3b4ddb7246a1511912335',
  refuse_change: '0e4dddab58be5aba556c5a8d6a079b3cd41d528c176f86b936c6ef2dcd94582e',
  release_changed: 'de87df506cd41073e2620f37f63b557497bfba54e9aa89057667a1ba7f7c9135',
  release_keeps: 'c654d0ce714f4c288581e291ca7185fd880acd43d92caaca4e9b3a28ae4aaa0f',
  releases_changed: '966f683df35e41b9634a772be2b0b92fe47e0baf56f42d8f2f297e7b1d55d5a3',
  remove_document: 'cab3bf3f120cfc1e389b7b46b595b1d32c43aa0eaeeb38a94bb8f2d7f2c3f0d6',
  rests_on_doubt: '32d55e37ba8423fa58a3894602c43b3e7f3cca67f944f753cf31831fb23f5db6',
  retention_documents: 'e8a0af1029a59ce6d12e3a9d387b300da71b1b3e2ac65d36f1d08719b01ee14f',
  rows_added: '93d4c85e537ecb54b3901b6629f7b60ee3ddcce60bdf19d10263f98e0423421a',
  waivers_changed: '0820b1f012f6b248e2967242d039cdbae325de8c3c38e12d74fe245ab69387e8',
  webhooks_changed: '3fbc584b0d57711ac14b94f08391029ebf0ad7df2f7da8a8b91a2d4922f78971',
};

/** Functions that no trigger calls. */
const CALLED_BY_STATEMENTS: ReadonlySet<string> = new Set([
  'deployment_is_in_doubt',
  'document_keeps',
  'evidence_row_count',
  'is_own_review',
  'release_keeps',
  'remove_document',
  'rests_on_doubt',
  'retention_documents',
]);

/** Functions that the migrations call from triggers. A test compares them with a migrated database. */
export const TRIGGER_FUNCTIONS: readonly string[] = Object.keys(FUNCTIONS).filter(
  (name) => !CALLED_BY_STATEMENTS.has(name),
);

/** Functions of the schema with their digest. */
export const FUNCTION_DIGESTS: Statement = {
  text: `SELECT p.proname AS name,
                encode(sha256(convert_to(p.prosrc || p.provolatile::text || p.prosecdef::text, 'UTF8')), 'hex')
                  AS sha256
           FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
          WHERE p.pronamespace = current_schema()::regnamespace AND l.lanname IN ('sql', 'plpgsql')
            AND p.proname <> 'uuid_v7' ORDER BY 1, 2`,
};

/** Functions that are missing, were replaced or added. */
export function otherFunctions(found: readonly { name: string; sha256: string }[]): string[] {
  const names = new Set([...Object.keys(FUNCTIONS), ...found.map(({ name }) => name)]);
  return [...names].filter((name) => {
    const own = found.filter((one) => one.name === name);
    return own.length !== 1 || own[0]?.sha256 !== FUNCTIONS[name];
  });
}
