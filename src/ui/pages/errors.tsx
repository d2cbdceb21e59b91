import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../../shared/app-error.js';
import type { Typed } from '../forms.js';
import { Page, sendPage, viewerOf } from '../page.js';
import { en } from '../texts/en.js';
import type { Tools } from '../tools.js';
import { SignIn } from './sign-in.js';

interface Refused {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** What the person typed. */
  readonly kept: Typed;
}

const Kept = ({ of }: { of: Typed }) => (
  <>
    {of.map(([name, text]) => (
      <label class="kept" key={name}>
        {en.errors.kept[name]}
        <textarea readOnly rows={name === 'minutes' ? 1 : 4}>
          {text}
        </textarea>
      </label>
    ))}
  </>
);

/** A title for people. Problems of the API have titles for programs. */
function titleOf({ status, code }: AppError): string {
  if (code === 'stale-approval') return en.errors.stale;
  return en.errors.titles[status as keyof typeof en.errors.titles] ?? en.errors.other;
}

/** The page to which a person goes back: that of the form, or the start. */
function backOf({ method, headers, host }: FastifyRequest): string {
  const { referer = '' } = headers;
  if (method !== 'POST' || !URL.canParse(referer)) return '/ui';
  const from = new URL(referer);
  // What an earlier form did is not said again.
  from.searchParams.delete('done');
  return from.host === host && /^\/ui(?:\/|$)/.test(from.pathname)
    ? from.pathname + from.search
    : '/ui';
}

/** The page that says why a request was refused, and what comes next. */
export function sendRefusal(tools: Tools, problem: AppError, { request, reply, kept }: Refused) {
  const { status, headers, message } = problem;
  const viewer = viewerOf(status === 401 ? {} : request);
  if (request.raw.complete === false) reply.header('connection', 'close');
  reply.headers({ ...headers, 'x-request-id': request.id });
  const title = titleOf(problem);
  const back = request.method === 'GET' ? request.url : backOf(request);
  const page = (
    <Page title={title} viewer={viewer}>
      <div class="narrow" data-refused={request.method === 'POST' ? '' : undefined}>
        <h1>{title}</h1>
        {status === 401 ? (
          <SignIn tools={tools} request={request} problem={problem} back={back} />
        ) : (
          <>
            <p>{message}</p>
            <Kept of={kept} />
            <p class="actions">
              <a class="button" href={request.method === 'POST' ? back : '/ui'}>
                {request.method === 'POST' ? en.errors.back : en.errors.start}
              </a>
            </p>
          </>
        )}
        {status === 401 && <Kept of={kept} />}
        <p class="fine">{en.errors.request(request.id)}</p>
      </div>
    </Page>
  );
  return sendPage(reply, page, status);
}
