import type { Note } from '../../kind.js';
import type { Component, Product, Statement } from './schema.js';
import { asComponent, isAbsolving, isUnclear, isUsable, namesOf } from './targets.js';

const UNCLEAR = 'has names or digests of different things, so it applies to nothing';
const UNFIXED =
  'is fixed without a version, so it applies to nothing: name the version that has the fix';

/** Why a statement about this product or subcomponent applies to nothing. */
function doubtOf(given: Component | string, statement: Statement): string | undefined {
  const component = asComponent<Component>(given);
  const { purls, digests } = namesOf(component);
  if (isUnclear(component)) return UNCLEAR;
  const isNamed = digests.length > 0 || purls.every((purl) => isUsable(purl, statement));
  return isNamed ? undefined : UNFIXED;
}

/** The first product or subcomponent by which a statement that absolves applies to nothing. */
export function noteOf(statement: Statement, pointer: string): Note | undefined {
  if (!isAbsolving(statement)) return undefined;
  const common = statement.subcomponents ?? [];
  const parts = common.map((one, i) => ({ one, at: `${pointer}/subcomponents/${i}` }));
  const named = (statement.products ?? []).flatMap((one, i) => {
    const at = `${pointer}/products/${i}`;
    const product = asComponent<Product>(one);
    const own = ('subcomponents' in product ? product.subcomponents : undefined) ?? [];
    const inner = own.map((part, j) => ({ one: part, at: `${at}/subcomponents/${j}` }));
    // Of a product with subcomponents, the version may be missing: the subcomponents have it.
    const isWhole = own.length + common.length === 0;
    return isWhole || isUnclear(product) ? [{ one, at }] : inner;
  });
  for (const { one, at } of [...named, ...parts]) {
    const message = doubtOf(one, statement);
    if (message) return { message, pointer: at };
  }
  return undefined;
}
