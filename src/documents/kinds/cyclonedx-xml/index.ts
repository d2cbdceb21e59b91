import type { EvidenceKind } from '../../kind.js';

const example = `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <metadata>
    <timestamp>2026-01-15T09:30:00Z</timestamp>
    <tools>
      <components>
        <component type="application"><name>cyclonedx-maven-plugin</name><version>2.9.1</version></component>
      </components>
    </tools>
    <component type="application" bom-ref="shop">
      <group>org.example</group>
      <name>shop</name>
      <version>2.4.0</version>
    </component>
  </metadata>
  <components>
    <component type="library" bom-ref="pkg:maven/org.example/cart@1.2.0">
      <group>org.example</group>
      <name>cart</name>
      <version>1.2.0</version>
      <licenses>
        <license><id>Apache-2.0</id></license>
      </licenses>
      <purl>pkg:maven/org.example/cart@1.2.0</purl>
    </component>
  </components>
</bom>
`;

/** SBOMs and VEX in CycloneDX format, as XML. */
export const cyclonedxXml: EvidenceKind = {
  name: 'cyclonedx-xml',
  summary: 'CycloneDX 1.2 to 1.7, XML: components, vulnerabilities and their analysis (VEX)',
  format: 'xml',
  alsoReports: ['vulnerability'],
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
