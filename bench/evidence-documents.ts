/** Generated documents that resemble the output of real tools. */

const LICENCES = ['MIT', 'Apache-2.0', 'ISC', 'BSD-3-Clause'];

function component(i: number) {
  const name = `package-${i}`;
  const version = `1.${i % 20}.${i % 7}`;
  const purl = `pkg:npm/%40scope${i % 50}/${name}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    group: `@scope${i % 50}`,
    name,
    version,
    description: `Package number ${i} does something useful for the others`,
    hashes: [{ alg: 'SHA-512', content: String(i).padStart(128, 'a') }],
    licenses: [{ license: { id: LICENCES[i % LICENCES.length] } }],
    purl,
    externalReferences: [
      { type: 'website', url: `https://example.org/${name}` },
      { type: 'vcs', url: `https://git.example.org/${name}` },
    ],
  };
}

/** Creates an SBOM (CycloneDX 1.5). With 1,000 components it has about 0.9 MiB. */
export function cyclonedx(components: number, serial = 1): string {
  const list = Array.from({ length: components }, (_, i) => component(i));
  return JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      serialNumber: `urn:uuid:3e671687-395b-41f5-a30f-${String(serial).padStart(12, '0')}`,
      version: 1,
      components: list,
      dependencies: list.map(({ purl }, i) => ({
        ref: purl,
        dependsOn: i > 0 ? [list[i - 1]?.purl] : [],
      })),
    },
    null,
    1,
  );
}
