import { UPLOADS } from '../../documents/kinds/index.js';
import {
  inputsHash,
  type Judgement,
  type VerdictFacts,
  type VerdictInputs,
} from '../../engine/index.js';
import type { Collected } from './collect.js';
import type { Limits } from './limits.js';

/** A judgement, and what is said and stored of its inputs. */
export interface Judged extends Judgement {
  readonly projectId: number;
  /** Version of the release. */
  readonly version: string;
  readonly policies: readonly Pick<VerdictInputs['policies'][number], 'name' | 'sha256'>[];
  readonly inputsHash: string;
  /** By the clock of the database. */
  readonly evaluatedAt: Date;
  readonly limits: Limits;
  /** Only for briefs. */
  readonly facts?: Pick<VerdictFacts, 'counted' | 'newDefects'> | undefined;
}

/** @param budgetMs time limit of all rules, in milliseconds. Default: that of the engine */
export function judge(
  { prepared, inputs, facts, evaluatedAt, limits }: Collected,
  { budgetMs, isBrief = false }: { budgetMs?: number; isBrief?: boolean | undefined } = {},
): Judged {
  const options = { uploads: UPLOADS, ...(budgetMs !== undefined && { budgetMs }) };
  const { projectId, version } = inputs.release;
  const { risk, ...judgement } = prepared.decide(inputs, facts, options);
  return {
    ...judgement,
    ...(isBrief && { risk, facts: { counted: facts.counted, newDefects: facts.newDefects } }),
    projectId,
    version,
    policies: inputs.policies.map(({ name, sha256 }) => ({ name, sha256 })),
    inputsHash: inputsHash(inputs),
    evaluatedAt,
    limits,
  };
}
