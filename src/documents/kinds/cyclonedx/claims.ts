import { readPurl } from '../../../vocabulary/purl.js';
import type { VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import type { Claim, Finding } from '../../kind.js';
import { instantOf } from '../common/coverage.js';
import { isContradictory, withVersion } from '../common/products.js';
import { textOf } from '../common/texts.js';
import { type Affected, isOfItsVersion, NO_PART } from './affected.js';
import type { Product } from './product.js';
import type { BomVulnerability } from './schema.js';

/** Values of `analysis.state` by which a finding does not count. `exploitable` and `in_triage` are not among them. */
const ABSOLVING: ReadonlySet<string> = new Set([
  'resolved',
  'resolved_with_pedigree',
  'false_positive',
  'not_affected',
]);

type Said = Omit<Claim, 'fingerprint' | 'vulnerability' | 'purl' | 'products'>;

/** What the document says of a vulnerability in one component. Its analysis is about each of them. */
function saidOf(
  { analysis }: BomVulnerability,
  { isUnaffected }: Affected,
  issued: string | undefined,
): Said | undefined {
  const state = textOf(analysis?.state);
  if (state === undefined && !isUnaffected) return undefined;
  if (state === undefined) {
    const detail = 'The document lists the version of the component as unaffected';
    return { status: 'not_affected', absolves: true, detail, statedAt: issued };
  }
  return {
    status: state,
    absolves: ABSOLVING.has(state),
    justification: textOf(analysis?.justification),
    detail: textOf(analysis?.detail),
    statedAt: instantOf(analysis?.lastUpdated) ?? instantOf(analysis?.firstIssued) ?? issued,
  };
}

const NO_PRODUCT =
  'names no component, and the document no product (metadata.component): it applies to nothing';
const ELSEWHERE =
  'leads to a component of another document, which is another product: it applies to nothing. ' +
  'Name the component by its package URL, and the product in metadata.component';
const NO_VERSION =
  'does not say that the version of the component is fixed or unaffected: it applies to nothing';
const DIFFERENT =
  'is about a component whose package URL has another version: it applies to nothing';

/** Why a statement that a finding does not count is about no version that is known. */
function doubtOf({ status }: Said, affected: Affected, product: Product): string | undefined {
  const { part } = affected;
  const isWhole = part.isSubject || part === NO_PART;
  if (isWhole && product.isOneVersion && affected.listed.length === 0) return undefined;
  if (!isOfItsVersion(status, affected)) return NO_VERSION;
  const purl = isWhole ? undefined : readPurl(part.purl);
  const isOther = purl && isContradictory({ purls: [purl], version: part.version });
  return isOther ? DIFFERENT : undefined;
}

/** The products of a statement that a finding does not count. `undefined`: it is about no product. */
function productsOf(
  { part, elsewhere }: Affected,
  product: Product,
): Pick<Claim, 'products'> | undefined {
  if (elsewhere !== undefined) return { products: [elsewhere] };
  if (product.names.length > 0) return { products: product.names };
  if (product.label !== undefined) return { products: [product.label] };
  // A package of the release, as a product of OpenVEX that is one.
  return part === NO_PART ? undefined : {};
}

/** The claims about one component, and why there are none. */
export function claimsOn(
  vulnerability: BomVulnerability,
  affected: Affected,
  {
    ids,
    finding,
    product,
    issued,
  }: {
    readonly ids: VulnerabilityIds;
    readonly finding: Finding;
    readonly product: Product;
    readonly issued: string | undefined;
  },
): { readonly claims: Claim[]; readonly note?: string | undefined } {
  const said = saidOf(vulnerability, affected, issued);
  if (!said) return { claims: [] };
  const { part, elsewhere } = affected;
  const isWhole = part.isSubject || part === NO_PART;
  // What excuses nothing withdraws what an earlier statement excused, whatever it is about.
  const products = said.absolves
    ? productsOf(affected, product)
    : product.names.length > 0
      ? { products: product.names }
      : {};
  if (!products) return { claims: [], note: NO_PRODUCT };
  const doubt = said.absolves ? doubtOf(said, affected, product) : undefined;
  if (doubt) return { claims: [], note: doubt };
  const note = said.absolves && elsewhere !== undefined ? ELSEWHERE : undefined;
  if (!isWhole && part.purl === undefined) {
    return { claims: [{ fingerprint: finding.fingerprint, ...said, ...products }], note };
  }
  const own = isWhole ? undefined : readPurl(part.purl);
  const purl = own && (said.absolves ? withVersion(own, part.version) : own.purl);
  const claims = [ids.id, ...ids.aliases].map((id) => ({
    vulnerability: id,
    purl,
    ...said,
    ...products,
  }));
  return { claims, note };
}
