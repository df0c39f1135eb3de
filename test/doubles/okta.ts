import { randomBytes } from 'node:crypto';
import type { KeyPair } from '../support/certificates.ts';
import { type HttpsAnswer, type HttpsRequest, type HttpsServer, startHttps } from './https-server.ts';

/** A second factor that the double's user has enrolled. */
export interface FactorWords {
  readonly id: string;
  readonly type: string;
  readonly provider?: string;
  readonly profile?: Readonly<Record<string, string>>;
}

/** The configuration of the organization, and overrides of its behavior. */
export interface OktaSetup {
  readonly user?: string;
  readonly password?: string;
  readonly factors?: readonly FactorWords[];
  readonly allowRememberDevice?: boolean;
  /** The status after a correct password, instead of the default. */
  readonly status?: string;
  /** Whether that status can be skipped. */
  readonly maySkip?: boolean;
  /** Whether the first factor is active right after the password. */
  readonly isUnderWay?: boolean;
  /** The results of the push, one for each poll. */
  readonly push?: readonly string[];
  /** The number for the user to choose. */
  readonly number?: number;
  /** Required in requests. */
  readonly apiToken?: string;
  /** Whether the application requires another factor. */
  readonly appFactors?: readonly FactorWords[];
  readonly pipeline?: 'v1' | 'idx';
  /** The SAML response in the application's form. */
  readonly samlResponse?: string;
  /** Replaces a response; undefined for the regular one. */
  answer?(request: HttpsRequest, origin: string): HttpsAnswer | 'silence' | undefined;
}

/** An Okta organization on loopback with TLS. It validates requests as Okta does. */
export interface OktaDouble extends AsyncDisposable {
  readonly origin: string;
  readonly loginUrl: string;
  readonly requests: HttpsServer['requests'];
  /** Violations of the protocol. */
  readonly violations: readonly string[];
  /** The codes sent so far, the latest last. */
  readonly codes: readonly string[];
  /** The state tokens of cancelled transactions. */
  readonly cancelled: readonly string[];
  /** The code that apps generate. */
  readonly shownCode: string;
  /** The number of passwords checked. */
  passwords(): number;
}

export const USER = 'ana@corp.test';
export const PASSWORD = 'CANARY-pä$$&w=rd; 1';
const EMBED = '/home/amazon_aws/0oa35m8arsAL5f5NrE6NdA356/272';
const SENT: ReadonlySet<string> = new Set(['sms', 'email', 'call']);

interface Transaction {
  readonly factors: readonly FactorWords[];
  readonly isStepUp: boolean;
  code: string | undefined;
  polls: number;
}

export async function startOkta(pair: KeyPair, setup: OktaSetup = {}): Promise<OktaDouble> {
  const violations: string[] = [];
  const codes: string[] = [];
  const cancelled: string[] = [];
  const shownCode = '314159';
  const transactions = new Map<string, Transaction>();
  const tokens = new Set<string>();
  const sessions = new Set<string>();
  const steppedUp = new Set<string>();
  const remembered = new Set<string>();
  let passwords = 0;

  const server = await startHttps(pair, (request) => {
    const override = setup.answer?.(request, server.origin);
    if (override === 'silence') return undefined;
    if (override !== undefined) return override;
    const { pathname } = request.url;
    if (pathname.startsWith('/api/v1/')) return api(request, pathname);
    if (pathname === '/.well-known/okta-organization') return json(200, { pipeline: setup.pipeline ?? 'v1' });
    return page(request, pathname);
  });

  function api(request: HttpsRequest, pathname: string): HttpsAnswer {
    if (request.method !== 'POST') violations.push(`${request.method} ${pathname}`);
    if (request.headers['content-type'] !== 'application/json') violations.push('not sent as JSON');
    if (request.headers.accept !== 'application/json') violations.push('JSON was not asked for');
    const sent: Record<string, unknown> = JSON.parse(request.body);
    const token = setup.apiToken === undefined ? undefined : `SSWS ${setup.apiToken}`;
    if (pathname.endsWith('/cancel')) {
      cancelled.push(String(sent['stateToken']));
      return json(200, { relayState: '' });
    }
    if (request.headers.authorization !== token) return refusal(401, 'E0000011', 'Invalid token provided');
    if (pathname === '/api/v1/authn') return authn(request, sent);
    if (pathname === '/api/v1/authn/skip') return skip(sent);
    const [, id] = /^\/api\/v1\/authn\/factors\/(\w+)\/verify$/.exec(pathname) ?? [];
    return id === undefined ? refusal(404, 'E0000022', 'no such endpoint') : verify(request, id, sent);
  }

  function authn(request: HttpsRequest, sent: Record<string, unknown>): HttpsAnswer {
    const { stateToken } = sent;
    if (typeof stateToken === 'string') {
      if (Object.keys(sent).length !== 1) violations.push('more than the state token in a further step');
      if (setup.pipeline === 'idx' || !transactions.has(stateToken))
        return refusal(401, 'E0000011', 'Invalid token');
      return question(stateToken);
    }
    passwords += 1;
    const { username, password, options } = sent;
    const wanted = { multiOptionalFactorEnroll: false, warnBeforePasswordExpired: false };
    if (JSON.stringify(options) !== JSON.stringify(wanted))
      violations.push('other options than those that programs need');
    if (username !== (setup.user ?? USER) || password !== (setup.password ?? PASSWORD)) {
      return refusal(401, 'E0000004', 'Authentication failed');
    }
    if (setup.status !== undefined) {
      const skipped = setup.maySkip === true ? { skip: `${server.origin}/api/v1/authn/skip` } : {};
      return json(200, { status: setup.status, stateToken: begin([], false), ...links(skipped) });
    }
    const factors = setup.factors ?? [];
    if (factors.length === 0 || remembered.has(readDevice(request) ?? '-')) return success(false);
    const begun = begin(factors, false);
    return setup.isUnderWay === true
      ? verify(request, factors[0]?.id ?? '', { stateToken: begun })
      : question(begun);
  }

  function skip(sent: Record<string, unknown>): HttpsAnswer {
    if (Object.keys(sent).join() !== 'stateToken')
      violations.push('more than the state token to skip a state');
    const isKnown = transactions.delete(String(sent['stateToken']));
    return isKnown ? success(false) : refusal(401, 'E0000011', 'Invalid token provided');
  }

  function begin(factors: readonly FactorWords[], isStepUp: boolean): string {
    const stateToken = fresh('STATE');
    transactions.set(stateToken, { factors, isStepUp, code: undefined, polls: 0 });
    return stateToken;
  }

  function question(stateToken: string): HttpsAnswer {
    const factors = transactions.get(stateToken)?.factors ?? [];
    const policy = {
      allowRememberDevice: setup.allowRememberDevice ?? true,
      rememberDeviceLifetimeInMinutes: 15,
    };
    return json(200, {
      ...toState(stateToken, 'MFA_REQUIRED'),
      _embedded: { factors: factors.map(toFactor), policy },
      ...links({ cancel: `${server.origin}/api/v1/authn/cancel` }),
    });
  }

  function verify(request: HttpsRequest, id: string, sent: Record<string, unknown>): HttpsAnswer {
    const stateToken = String(sent['stateToken']);
    const transaction = transactions.get(stateToken);
    const factor = transaction?.factors.find((known) => known.id === id);
    if (transaction === undefined || factor === undefined)
      return refusal(401, 'E0000011', 'Invalid token provided');
    if ('answer' in sent) violations.push('answer is for security questions');
    const { passCode } = sent;
    if (factor.type === 'push') return pushed(request, stateToken, transaction, factor);
    if (passCode === undefined) {
      if (!SENT.has(factor.type)) return refusal(400, 'E0000001', 'Api validation failed: passCode');
      transaction.code = String(100_000 + codes.length);
      codes.push(transaction.code);
      return json(200, { ...toState(stateToken, 'MFA_CHALLENGE'), _embedded: { factor: toFactor(factor) } });
    }
    const right = SENT.has(factor.type) ? transaction.code : shownCode;
    if (passCode !== right) return refusal(403, 'E0000068', 'Invalid Passcode/Answer');
    return passed(request, stateToken, transaction);
  }

  function pushed(
    request: HttpsRequest,
    stateToken: string,
    transaction: Transaction,
    factor: FactorWords,
  ): HttpsAnswer {
    const results = setup.push ?? ['SUCCESS'];
    const result = transaction.polls === 0 ? 'WAITING' : (results[transaction.polls - 1] ?? 'WAITING');
    transaction.polls += 1;
    if (result === 'SUCCESS') return passed(request, stateToken, transaction);
    const challenge =
      setup.number === undefined ? {} : { _embedded: { challenge: { correctAnswer: setup.number } } };
    return json(200, {
      ...toState(stateToken, 'MFA_CHALLENGE'),
      factorResult: result,
      _embedded: { factor: { ...toFactor(factor), ...challenge } },
      _links: {
        next: { name: 'poll', href: verifyUrl(factor) },
        cancel: { href: `${server.origin}/api/v1/authn/cancel` },
        resend: [{ name: 'push', href: `${verifyUrl(factor)}/resend` }],
      },
    });
  }

  function passed(request: HttpsRequest, stateToken: string, transaction: Transaction): HttpsAnswer {
    transactions.delete(stateToken);
    const shouldRemember = request.url.searchParams.get('rememberDevice') === 'true';
    if (shouldRemember && setup.allowRememberDevice === false)
      violations.push('asked to be remembered against the policy');
    const device = readDevice(request);
    if (shouldRemember && device !== undefined) remembered.add(device);
    return success(transaction.isStepUp);
  }

  function success(isStepUp: boolean): HttpsAnswer {
    if (isStepUp) {
      const ticket = fresh('STEP');
      steppedUp.add(ticket);
      const next = `${server.origin}/login/step-up/redirect?stateToken=${ticket}`;
      return json(200, { status: 'SUCCESS', ...links({ next }) });
    }
    const sessionToken = fresh('SESSION');
    tokens.add(sessionToken);
    return json(200, { status: 'SUCCESS', expiresAt: soon(), sessionToken });
  }

  function page(request: HttpsRequest, pathname: string): HttpsAnswer {
    if (request.method !== 'GET') violations.push(`${request.method} ${pathname}`);
    if (request.headers.authorization !== undefined) violations.push('the API token went to a page');
    const app = '/app/amazon_aws/exk1/sso/saml';
    if (pathname === '/login/step-up/redirect') {
      const ticket = request.url.searchParams.get('stateToken') ?? '';
      if (!steppedUp.delete(ticket)) return html('<title>Error</title>', 403);
      // A further factor applies only to the session that required it.
      if (!sessions.has(readCookie(request, 'sid') ?? '')) return redirect('/login/login.htm');
      return samlForm();
    }
    if (pathname === EMBED) {
      const token = request.url.searchParams.get('onetimetoken') ?? '';
      if (!tokens.delete(token)) return redirect('/login/login.htm?fromURI=%2Fhome');
      const sid = fresh('SID');
      sessions.add(sid);
      return redirect(app, [`sid=${sid}; Path=/; Secure; HttpOnly`]);
    }
    if (pathname !== app) return html('<title>Sign In</title><div id="okta-sign-in"></div>');
    if (!sessions.has(readCookie(request, 'sid') ?? '')) return redirect('/login/login.htm');
    if (setup.appFactors === undefined) return samlForm();
    const stateToken = begin(setup.appFactors, true).replaceAll('-', String.raw`\x2D`);
    return html(`<title>Verify</title><script>var other = 1; var stateToken = '${stateToken}';</script>`);
  }

  function samlForm(): HttpsAnswer {
    const value = (setup.samlResponse ?? 'PHNhbWw+').replaceAll('+', '&#x2b;').replaceAll('=', '&#x3d;');
    return html(
      '<form id="appForm" action="https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#x2f;saml" method="POST">' +
        `<input name="SAMLResponse" type="hidden" value="${value}"/><input name="RelayState" type="hidden" value=""/></form>`,
    );
  }

  const verifyUrl = ({ id }: FactorWords): string => `${server.origin}/api/v1/authn/factors/${id}/verify`;
  const toFactor = (factor: FactorWords): object => ({
    id: factor.id,
    factorType: factor.type,
    provider: factor.provider ?? 'OKTA',
    profile: factor.profile ?? {},
    ...links({ verify: verifyUrl(factor) }),
  });

  return {
    origin: server.origin,
    loginUrl: `${server.origin}${EMBED}`,
    requests: server.requests,
    violations,
    codes,
    cancelled,
    shownCode,
    passwords: () => passwords,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function fresh(prefix: string): string {
  return `CANARY-${prefix}-${randomBytes(12).toString('hex')}`;
}

/** An error response of Okta. */
export function refusal(
  status: number,
  errorCode: string,
  errorSummary: string,
  causes: readonly string[] = [],
): HttpsAnswer {
  const errorCauses = causes.map((cause) => ({ errorSummary: cause }));
  return json(status, { errorCode, errorSummary, errorLink: errorCode, errorId: 'oae1', errorCauses });
}

export function json(status: number, body: object): HttpsAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function html(body: string, status = 200): HttpsAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html;charset=UTF-8' },
    body: `<!DOCTYPE html><html>${body}</html>`,
  };
}

function redirect(location: string, cookies: readonly string[] = []): HttpsAnswer {
  return { status: 302, headers: { location, 'set-cookie': cookies } };
}

function links(hrefs: Readonly<Record<string, string>>): object {
  return { _links: Object.fromEntries(Object.entries(hrefs).map(([name, href]) => [name, { href }])) };
}

function toState(stateToken: string, status: string): object {
  return { status, stateToken, expiresAt: soon() };
}

function soon(): string {
  return new Date(Date.now() + 300_000).toISOString();
}

function readDevice(request: HttpsRequest): string | undefined {
  return readCookie(request, 'DT');
}

export function readCookie(request: HttpsRequest | undefined, name: string): string | undefined {
  const pairs = (request?.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  return pairs.find(([key]) => key === name)?.[1];
}
