import type { PageServices } from '../../features/services.js';
import { AntiForgery, type Viewer } from '../page.js';
import { en } from '../texts/en.js';
import { Badge, Command, Empty, Panel } from './basics.js';

export interface ProofProps {
  readonly viewer: Viewer;
  readonly id: string;
  readonly verdict: Awaited<ReturnType<PageServices['getVerdict']>>;
  /** Keys of the log (vkeys of C2SP signed-note). `off`: there is no log. `hidden`: the viewer may not read them. */
  readonly keys: readonly string[] | 'off' | 'hidden';
  readonly mayPack: boolean;
}

const CHECKS = ['statement', 'inclusion', 'signature'] as const;

/** What the script checks. Without it, all says that nothing was checked. */
const Checks = ({ id, verdict, keys }: ProofProps) => (
  <div
    data-proof={`/ui/verdicts/${id}/proof`}
    data-keys={typeof keys === 'string' ? undefined : keys.join('\n')}
    data-verdict={id}
    data-hash={verdict.verdictHash}
    data-decision={verdict.decision}
    data-said={en.proof.said}
    data-yes={en.proof.states.yes}
    data-no={en.proof.states.no}
    data-unknown={en.proof.states.unknown}
    data-insecure={en.proof.insecure}
    data-unread={en.proof.unread}
    data-erased={en.proof.erased}
    data-no-ed25519={en.proof.noEd25519}
  >
    <p class="hint" data-hint="" role="status">
      {en.proof.script}
    </p>
    <ul class="plain-list">
      {CHECKS.map((name) => (
        <li key={name} data-check={name}>
          <Badge tone="quiet">{en.proof.states.unknown}</Badge> {en.proof.checks[name]}
        </li>
      ))}
    </ul>
    {keys === 'hidden' && <Empty>{en.proof.hidden}</Empty>}
    <p class="more">
      <a href={`/ui/verdicts/${id}/proof`}>{en.proof.entry}</a>
    </p>
  </div>
);

const CURL = 'curl --fail -H "Authorization: Bearer $SRP_TOKEN"';

const Pack = ({ viewer, verdict: { releaseId }, mayPack }: ProofProps) => {
  if (!mayPack) {
    return (
      <>
        <p class="hint">{en.proof.noPack}</p>
        <Command>{`${CURL} -OJ "$SRP_URL/releases/${releaseId}/audit-pack"`}</Command>
      </>
    );
  }
  return (
    <>
      {viewer.antiForgery === undefined ? (
        <p>
          <a class="button" href={`/releases/${releaseId}/audit-pack`}>
            {en.proof.pack}
          </a>
        </p>
      ) : (
        <form method="post" action={`/ui/releases/${releaseId}/audit-pack`} data-again="">
          <AntiForgery viewer={viewer} />
          <button type="submit">{en.proof.pack}</button>
        </form>
      )}
      <p class="hint">{en.proof.packHint}</p>
    </>
  );
};

/** How the decision is proven: here, and without this server. */
export const Proof = (props: ProofProps) => (
  <Panel id="proof" title={en.proof.title}>
    <p>{props.keys === 'off' ? en.proof.off : en.proof.about}</p>
    {props.keys !== 'off' && (
      <>
        <Checks {...props} />
        <Pack {...props} />
        <Command>
          {'tar -xf audit-pack-*.tar verify.mjs && node verify.mjs audit-pack-*.tar'}
        </Command>
      </>
    )}
  </Panel>
);
