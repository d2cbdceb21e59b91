/**
 * The SHA-256 checksums of the migrations, as `_prisma_migrations` records them. A migration that has landed is never
 * edited, because databases that have it would differ from its file. The first checksum is that of the file. The others
 * are those of earlier files, from before this rule: the migration after it, `…_mend_…`, brings such databases to the
 * same schema. `npm run check:migrations` compares this list with the files.
 */
export const LANDED: Readonly<Record<string, readonly string[]>> = {
  '20240101000000_projects': ['6b7c4397da1b475fc085a6e4949ab6bb0615c4f75b37c422af7602222fced07f'],
  '20261122000000_project_details': [
    'c8d3b6346a37249900096ede57ff5b450367bb73bdc3dd87de66324b495985e3',
    '5ece427efc3e0d724c4115ad32feecec084edef36eb76873eb78249d7ebb2d28',
    '0ea329b0103b35380448b75fbffb561b34a92bfb9d59f39bd51c3734d703d6b9',
  ],
  '20261122000001_mend_project_details': [
    'ba2ff913e0a5ce57de77517b06e5bfc6b61c694b6c8cfaddcedf0f763a74b4fc',
  ],
  '20261123000000_callers': [
    '0fa827ed7e305d9e1971f5347325306e563115375cf599c7ef3a41a13d5dcccf',
    '8cf97fc4610ce48b9b06a563517b48f6d5a95534b810d97830d8c20938584e3f',
    'e7c38b857996eebc98f27b4e4ce482ac3229cfc1f8d2f0455af547864af8cbbb',
    'd58cc96b53e2b9c9e96c4f7c45b82bd3c72481ca36994fa46d205b27a2d5604c',
  ],
  '20261123000001_mend_callers': [
    '265ad70739f4c8dbdd35c31d27afc4138d53add2420443de7d700c37f65049f4',
  ],
  '20261125000000_releases_and_evidence': [
    '74e63dde15a1e8988e01e8750d1311b9e7fb056fada4dce10211df7cb297bc7b',
    'e82b11b51df6c5d6c2d8c98d42a3195954c30cde7eaca3ff84412cb7cd9e439c',
    'e4790440ea446670cd113dd3986686738fc87ad584608b56689812b97e123564',
    '5847e6e241eb4f8a150ce49a68b16c5ac017c0be001d4f5071b8299459ae70a8',
  ],
  '20261125000001_mend_releases_and_evidence': [
    '8812ecda5f666c2a5faab52e42203109133f89a349d7410c5a018358cbdf7931',
  ],
  '20261125120000_policies': ['4d0a337e24a38641e530f570ffba7221edf785c5fdae507ca1653b98fe099a40'],
  '20261128100000_readable_views': [
    'f3e9ef6d234a144733f896bfd488e45f14b2e606ea7723f5f1a252daa4c0e657',
  ],
  '20261128120000_events': [
    '42e77c3192574917b7d5204abbc6bc2e3bf545266054c31be6ca8b26e33192e5',
    'c0969458902e6afde41b140d9c2547eaa8fb77181fef1c0d72675ed39b65dadb',
  ],
  '20261128120001_mend_events': [
    '180fb5a8358932aa7f223c55f9f4467919811ed2ece14d9990bde21ef48157a1',
  ],
  '20261129000000_coverage': ['c2b122b13c175ad9fa6d2c5f594a7212acf36d3d6818a2ffada9ac9800567cbf'],
  '20261129010000_baseline_2': ['f743f516d3c3ee47ec50355109fce8de0eea342398101e52d889bef80596f6de'],
  '20261129120000_rights_not_truncated': [
    '5bbd98bcf332800ef68206b5f0c289f10b831b3f382de135398e63df347d9a80',
  ],
  '20261129130000_aliases_of_a_release': [
    '74506667d67dfe1ee5b03fc75184e9d1368de6cfe340cf272189f84f82570ab7',
  ],
  '20261129132000_keys_of_packages': [
    '310eebe20bdac8006fd03205874f0eab2b67e138d1ed7f1b37ad325b923537fc',
  ],
  '20261129133000_waivers_about': [
    'b673130e68da77bb1c28b249fd7b56be6ef91c59712925e8d36ac3dddeb534c9',
  ],
  '20261129140000_ids_in_order': [
    '3f5284d681bd951903574a7b9b25f0a3f46bff4dd50f7e65ce22c5be9a612c11',
  ],
  '20261129150000_search_paths': [
    '694082421d500c0ac49c21c2baa3a9b284c3495851911664a2303b87c23f915c',
  ],
  '20261130100000_times_of_the_database': [
    '35273b1ed54089957a0e9c2b7e817dbae693c31717ec853403f68a9c02b2c2f1',
  ],
  '20261130110000_kept_counts': [
    'c7e467e94f88e8c1b7f2a8c66a9e6c47178e63e7af07dd05b4058dc40d6dda63',
  ],
  '20261201100000_decisions': ['10df576feb909eab04274b710597dab198ba28a5a6df5f3bd151f121ebbe98fa'],
  '20261201110000_transparency_log': [
    'f79da951fe7a560fc2e9437bb130add2aeb2b83e18486e8d71bfb791c516782c',
  ],
  '20261201130000_attestations': [
    'b97279a635f9db2b03b80c78895aa623f41663217cc4c5c90f872acc61ef0984',
  ],
  '20261202100000_identities': ['b0e53663aa51fc33d0811274220dff02823bb3bd06f3ff3fa1bfa52afdf3ffbf'],
  '20261202120000_events_well_formed': [
    'd1601eb55472b13217da79d7f271a4ca4d038f5ae696f68f06d443745a83f992',
  ],
  '20261203100000_approvals': ['8a16dbac93f617aa1ad7846cc2f6cb3207b0fc674a18cc10367326e4c21f4ea4'],
  '20261203110000_promotion': ['59e593d67b4a0fb6bbe18be4ad738241474145751862d94a436562385e28ad99'],
  '20261204110000_queued_events': [
    '295c354d7b4c20fe1d4b58c55022b624bd57c3d7c95ce97a8ac0e39254d47e64',
  ],
  '20261204130000_break_glass': [
    '62828442cc35b150a4c2f9c66cacf60e7664f661be427caa1e8a91506572fedd',
  ],
  '20261204140000_webhooks': ['e2c3a0bee00d68d86b0535e07db216e72993115a73d92cd47d00670866551cfa'],
  '20261204150000_recent_sign_in': [
    '2066ccdce0066a7716ca93d2b1e70819e275c5141942df77ff4bfa66becacead',
  ],
  '20261204160000_waivers_of_findings': [
    '89b5c6cd6236e18c3378f6a18ee78a82132a92c3e0c9d2678d4a26ea3e53b2cf',
  ],
  '20261205100000_digests_of_all_rows': [
    '5b5fec20ab292727b4e94442224ea1bd366f7009e8916af8d4b5bd92c472e303',
  ],
  '20261205120000_own_reviews': [
    'c582bc94b9235e34a1204346737400860d6641bcacd259607d56525e327099be',
  ],
};
