import type { KeyPair } from '../support/certificates.ts';
import { samlResponse, soapFault, tokenXml, trustResponse } from '../support/tokens.ts';
import { readTokenRequest, responsePage } from './adfs.ts';
import { type HttpsAnswer, type HttpsRequest, type HttpsServer, startHttps } from './https-server.ts';

/** The configuration of the server, and overrides of its behavior. */
export interface PingSetup {
  readonly user?: string;
  readonly password?: string;
  /** The Partner Service Identifier. */
  readonly partner?: string;
  /** Whether it requires HTTP Basic, too. */
  readonly isBasic?: boolean;
  /** Whether it asks for the user name on a separate page. */
  readonly isNameFirst?: boolean;
  /** The code that it requires after the password. */
  readonly code?: string;
  /** The authority of the client certificates that it requires. */
  readonly clientCa?: string;
  readonly token?: string;
  readonly fault?: readonly [code: string, reason: string];
  /** Replaces a response; undefined for the regular one. */
  answer?(request: HttpsRequest): HttpsAnswer | 'silence' | undefined;
}

/** A PingFederate server on loopback with TLS: its security token service and its HTML form adapter. */
export interface PingDouble extends AsyncDisposable {
  readonly origin: string;
  readonly requests: HttpsServer['requests'];
  /** Violations of the protocol. */
  readonly violations: readonly string[];
  /** The number of passwords checked. */
  passwords(): number;
}

export const USER = 'ana';
export const PASSWORD = 'CANARY-pä$$&w=rd+ "1;<>';
export const PARTNER = 'https://us-east-1.signin.aws.amazon.com/platform/saml/acs/764ef411-xxxxxx?a=1&b=2';

export async function startPing(pair: KeyPair, setup: PingSetup = {}): Promise<PingDouble> {
  const { user = USER, password = PASSWORD, partner = PARTNER } = setup;
  const violations: string[] = [];
  let passwords = 0;
  const expect = (isRight: boolean, what: string): void => {
    if (!isRight) violations.push(what);
  };

  function sts(request: HttpsRequest, origin: string): HttpsAnswer {
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const { authorization } = request.headers;
    if (setup.isBasic === true && authorization !== basic) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="PingFederate"' } };
    }
    expect(setup.isBasic === true || authorization === undefined, 'an unexpected Authorization header');
    const asked = readTokenRequest(request, violations);
    expect(asked.to === `${origin}${request.url.pathname}${request.url.search}`, `To is ${asked.to}`);
    const type = { 'content-type': 'application/soap+xml;charset=utf-8' };
    const fault = (code: string, reason: string): HttpsAnswer => ({
      status: 500,
      headers: type,
      body: soapFault(code, reason),
    });
    passwords += 1;
    if (asked.user !== user || asked.password !== password)
      return fault('FailedAuthentication', 'Authentication failed.');
    if (asked.appliesTo !== partner) return fault('InvalidRequest', 'No connection for AppliesTo.');
    if (setup.fault !== undefined) return fault(...setup.fault);
    return { headers: type, body: trustResponse(setup.token ?? tokenXml()) };
  }

  function begin({ url }: HttpsRequest): HttpsAnswer {
    if (url.searchParams.get('PartnerSpId') !== 'urn:amazon:webservices')
      return { status: 404, body: '<title>Unknown partner</title>' };
    return {
      headers: { 'set-cookie': 'PF=session-1; Path=/; Secure; HttpOnly' },
      body: setup.isNameFirst === true ? namePage() : loginPage(''),
    };
  }

  function resume({ headers, body }: HttpsRequest): HttpsAnswer {
    expect(headers.cookie === 'PF=session-1', 'a form without the cookie of its page');
    const form = new URLSearchParams(body);
    if (form.has('otp')) return form.get('otp') === setup.code ? relay() : { body: codePage() };
    if (form.has('ref')) return { body: responsePage(samlResponse()) };
    if (!form.has('pf.pass')) {
      expect(form.get('subject') === user, 'another name');
      return { body: loginPage('', false) };
    }
    passwords += 1;
    expect(form.get('pf.ok') === 'clicked', 'a form without a click');
    expect(form.get('pf.adapterId') === 'HtmlForm', 'a form without its adapter');
    const isRight =
      form.get('pf.pass') === password && (setup.isNameFirst === true || form.get('pf.username') === user);
    if (!isRight) return { body: loginPage("We didn't recognize the username or password you entered.") };
    return setup.code === undefined ? relay() : { body: codePage() };
  }

  const server: HttpsServer = await startHttps(
    pair,
    (request) => {
      const override = setup.answer?.(request);
      if (override === 'silence') return undefined;
      if (override !== undefined) return override;
      const { pathname } = request.url;
      if (pathname === '/idp/sts.wst') return sts(request, server.origin);
      if (pathname === '/idp/startSSO.ping') return begin(request);
      // The form's action has a nonce; any other URL is rejected.
      if (pathname === RESUME) return resume(request);
      return { status: 404, body: '<title>Page not found</title>' };
    },
    setup.clientCa === undefined ? {} : { clientCa: setup.clientCa },
  );
  return { ...server, violations, passwords: () => passwords };
}

const RESUME = '/idp/9ABjD/resumeSAML20/idp/startSSO.ping';

function loginPage(error: string, withName = true): string {
  const name = withName
    ? `<input id="username" type="text" size="36" name="pf.username" value="" autocorrect="off">`
    : '';
  return `<!DOCTYPE html><html><head><title>Sign On</title></head><body><form method="POST" action="${RESUME}">
<div class="ping-error" id="ping-error">${error}</div>${name}
<input id="password" type="password" size="36" name="pf.pass" onKeyPress="return postOnReturn(event)"/>
<input type="hidden" name="pf.ok" value=""/><input type="hidden" name="pf.cancel" value=""/>
<input type="hidden" name="pf.adapterId" id="pf.adapterId" value="HtmlForm" /></form></body></html>`;
}

function namePage(): string {
  return `<form method="post" action="${RESUME}"><input type="text" name="subject"><input type="submit" name="clear" value="x"></form>`;
}

function codePage(): string {
  return `<title>One-time code</title><form method="post" action="${RESUME}"><input type="text" name="otp"></form>`;
}

function relay(): HttpsAnswer {
  return {
    body: `<body onload="document.forms[0].submit()"><form method="post" action="${RESUME}"><input type="hidden" name="ref" value="1"></form></body>`,
  };
}
