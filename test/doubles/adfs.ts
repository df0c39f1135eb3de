import { readXml, type XmlElement } from '../../src/saml/xml.ts';
import type { KeyPair } from '../support/certificates.ts';
import { tokenXml, samlResponse, soapFault, trustResponse } from '../support/tokens.ts';
import { type HttpsAnswer, type HttpsRequest, type HttpsServer, startHttps } from './https-server.ts';

/** A second factor that the farm requires after the password. */
export interface AdapterWords {
  readonly method: string;
  /** The names of the fields to fill in; without any the page waits for an approval on a phone. */
  readonly fields: readonly string[];
  readonly code?: string;
  /** The number of polls before the approval. */
  readonly looks?: number;
  readonly number?: string;
}

/** The configuration of the farm, and overrides of its behavior. */
export interface AdfsSetup {
  readonly user?: string;
  readonly password?: string;
  readonly relyingParty?: string;
  readonly adapters?: readonly AdapterWords[];
  /** The tokens that it accepts in `Authorization: Negotiate`, one for each leg. */
  readonly tickets?: readonly string[];
  /** Replaces a response; undefined for the regular one. */
  answer?(request: HttpsRequest): HttpsAnswer | 'silence' | undefined;
  /** A fault instead of a token. */
  readonly fault?: readonly [code: string, reason: string];
  /** The token of its security token service. */
  readonly token?: string;
}

/** An ADFS farm on loopback with TLS. It validates requests as ADFS does. */
export interface AdfsDouble extends AsyncDisposable {
  readonly origin: string;
  readonly requests: HttpsServer['requests'];
  /** Violations of the protocol. */
  readonly violations: readonly string[];
  /** The number of passwords checked. */
  passwords(): number;
}

export const USER = String.raw`CORP\ana`;
export const PASSWORD = 'CANARY-pä$$&w=rd+ "1;<>';
export const REFUSED = 'Incorrect user ID or password. Type the correct user ID and password, and try again.';
const SIGN_ON = '/adfs/ls/idpinitiatedsignon.aspx';

export async function startAdfs(pair: KeyPair, setup: AdfsSetup = {}): Promise<AdfsDouble> {
  const { user = USER, password = PASSWORD, relyingParty = 'urn:amazon:webservices', adapters = [] } = setup;
  const violations: string[] = [];
  let passwords = 0;
  let at = 0;
  let looks = 0;
  let legs = 0;

  const expect = (isRight: boolean, what: string): void => {
    if (!isRight) violations.push(what);
  };

  function next(url: URL): HttpsAnswer {
    const adapter = adapters[at];
    if (adapter !== undefined) return { body: adapterPage(adapter, '') };
    return {
      status: 302,
      headers: {
        location: url.pathname + url.search,
        'set-cookie': [
          'MSISAuth=YES; path=/adfs; HttpOnly; Secure',
          'MSISAuthenticated=1; path=/adfs; Secure',
        ],
      },
    };
  }

  function signOn(request: HttpsRequest): HttpsAnswer {
    const { url, headers, method, body } = request;
    const cookies = headers.cookie ?? '';
    if (url.searchParams.get('loginToRp') !== relyingParty)
      return {
        status: 500,
        body: errorPage('MSIS7007: The requested relying party trust is unspecified or unsupported.'),
      };
    if (method === 'GET') {
      if (cookies.includes('MSISAuth=YES')) return { body: responsePage(samlResponse()) };
      if (/Trident/.test(headers['user-agent'] ?? '') && setup.tickets !== undefined) {
        return { status: 302, headers: { location: `/adfs/ls/wia${url.search}` } };
      }
      return {
        headers: { 'set-cookie': 'MSISSamlRequest=abc; path=/adfs; Secure' },
        body: loginPage(url, ''),
      };
    }
    expect(cookies.includes('MSISSamlRequest=abc'), 'a form without the cookie of its page');
    expect(
      headers['content-type'] === 'application/x-www-form-urlencoded',
      `a form as ${headers['content-type']}`,
    );
    const form = [...new URLSearchParams(body)];
    const names = form.map(([name]) => name);
    expect(new Set(names).size === names.length, `Duplicate post parameter in ${names.join()}`);
    const fields = new Map(form);
    return fields.has('Password') ? checkPassword(url, fields) : checkFactor(url, fields);
  }

  function checkPassword(url: URL, fields: ReadonlyMap<string, string>): HttpsAnswer {
    passwords += 1;
    expect(
      [...fields.keys()].toSorted().join() === 'AuthMethod,Password,UserName',
      `fields ${[...fields.keys()].join()}`,
    );
    expect(fields.get('AuthMethod') === 'FormsAuthentication', 'another AuthMethod');
    if (fields.get('UserName') !== user || fields.get('Password') !== password)
      return { body: loginPage(url, REFUSED) };
    return next(url);
  }

  function checkFactor(url: URL, fields: ReadonlyMap<string, string>): HttpsAnswer {
    const adapter = adapters[at];
    expect(fields.get('AuthMethod') === adapter?.method, 'a code for another adapter');
    expect(fields.get('Context') === 'ctx-1', 'a code without its context');
    if (adapter === undefined) return { status: 500 };
    if (adapter.fields.length === 0) {
      looks += 1;
      if (looks < (adapter.looks ?? 0)) return { body: adapterPage(adapter, '') };
    } else if (fields.get(adapter.fields[0] ?? '') !== adapter.code) {
      return { body: adapterPage(adapter, 'The code is wrong.') };
    }
    at += 1;
    return next(url);
  }

  function windows({ url, headers }: HttpsRequest): HttpsAnswer {
    const { tickets = [] } = setup;
    const sent = headers.authorization;
    const challenge = ['Negotiate', 'NTLM'];
    if (sent === undefined) return { status: 401, headers: { 'www-authenticate': challenge } };
    if (sent !== `Negotiate ${tickets[legs]}`)
      return { status: 401, headers: { 'www-authenticate': challenge } };
    legs += 1;
    if (legs < tickets.length)
      return { status: 401, headers: { 'www-authenticate': `Negotiate more${legs}` } };
    if (!url.pathname.endsWith('/wia'))
      return { status: 200, headers: { 'www-authenticate': 'Negotiate proof' } };
    return {
      status: 302,
      headers: {
        location: `${SIGN_ON}${url.search}`,
        'www-authenticate': 'Negotiate proof',
        'set-cookie': 'MSISAuth=YES; path=/adfs; Secure',
      },
    };
  }

  function trust(request: HttpsRequest, origin: string): HttpsAnswer {
    const isWindows = request.url.pathname.includes('/windowstransport');
    const negotiated = isWindows ? windows(request) : undefined;
    if (negotiated?.status === 401) return negotiated;
    const version = request.url.pathname.includes('/2005/') ? '2005' : '1.3';
    const asked = readTokenRequest(request, violations);
    expect(asked.to === `${origin}${request.url.pathname}`, `To is ${asked.to}`);
    const type = { 'content-type': 'application/soap+xml; charset=utf-8' };
    const fault = (code: string, reason: string): HttpsAnswer => ({
      status: 500,
      headers: type,
      body: soapFault(code, reason),
    });
    if (!isWindows) {
      passwords += 1;
      if (asked.user !== user || asked.password !== password) {
        return fault(
          'FailedAuthentication',
          'ID3242: The security token could not be authenticated or authorized.',
        );
      }
    }
    expect(!isWindows || asked.user === '', 'a name for the Windows endpoint');
    if (asked.appliesTo !== relyingParty)
      return fault('InvalidScope', 'ID3082: The request scope is not valid or is unsupported.');
    if (setup.fault !== undefined) return fault(...setup.fault);
    return {
      headers: { ...type, ...negotiated?.headers },
      body: trustResponse(setup.token ?? tokenXml(), { version }),
    };
  }

  const server: HttpsServer = await startHttps(pair, (request) => {
    const override = setup.answer?.(request);
    if (override === 'silence') return undefined;
    if (override !== undefined) return override;
    const path = request.url.pathname.toLowerCase();
    if (path === SIGN_ON) return signOn(request);
    if (path === '/adfs/ls/wia') return windows(request);
    if (path.startsWith('/adfs/services/trust/')) return trust(request, server.origin);
    return { status: 404, body: 'nothing here' };
  });
  return { ...server, violations, passwords: () => passwords };
}

/** The contents of a token request. */
export interface AskedToken {
  readonly to: string;
  readonly appliesTo: string;
  readonly user: string;
  readonly password: string;
}

const SAML_2 = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0';

/** Reads a token request as the service does, and records violations. */
export function readTokenRequest({ headers, body, url }: HttpsRequest, violations: string[]): AskedToken {
  const expect = (isRight: boolean, what: string): void => {
    if (!isRight) violations.push(what);
  };
  const all: XmlElement[] = [];
  const collect = (element: XmlElement): void => {
    all.push(element);
    element.children.forEach(collect);
  };
  collect(readXml(body).root);
  const text = (name: string): string => all.find(({ localName }) => localName === name)?.text ?? '';
  const trust = url.pathname.includes('/2005/')
    ? 'http://schemas.xmlsoap.org/ws/2005/02/trust'
    : 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';
  expect(
    headers['content-type'] === 'application/soap+xml; charset=utf-8',
    `a message as ${headers['content-type']}`,
  );
  expect(text('Action') === `${trust}/RST/Issue`, `Action ${text('Action')}`);
  expect(text('RequestType') === `${trust}/Issue`, `RequestType ${text('RequestType')}`);
  expect(text('TokenType') === SAML_2, `TokenType ${text('TokenType')}`);
  expect(
    all.find(({ localName }) => localName === 'RequestSecurityToken')?.namespace === trust,
    'another WS-Trust',
  );
  expect(all.filter(({ localName }) => localName === 'Username').length <= 1, 'several names');
  if (text('Created') !== '')
    expect(Date.parse(text('Expires')) - Date.parse(text('Created')) === 300_000, 'another life');
  const addresses = all.filter(({ localName }) => localName === 'Address');
  return {
    to: text('To'),
    appliesTo: addresses.at(-1)?.text ?? '',
    user: text('Username'),
    password: text('Password'),
  };
}

/** The sign-in page of AD FS 2016 to 2022: two forms, of which one is submitted. */
export function loginPage(url: URL, error: string): string {
  // Includes the default port and HTML entities, as the real page does.
  const action = `https://${url.hostname}:${url.port}${url.pathname}${url.search}&amp;client-request-id=1`;
  return `<!DOCTYPE html><html><head><title>Sign In</title></head><body><div id="authArea">
<form method="post" id="loginForm" autocomplete="off" novalidate="novalidate" onKeyPress="x()" action="${action}">
<div id="error" class="fieldMargin error smallText"><span id="errorText" for="" aria-live="assertive">${error}</span></div>
<input id="userNameInput" name="UserName" type="email" value="" tabindex="1" class="text fullWidth">
<input id="passwordInput" name="Password" type="password" tabindex="2">
<input type="checkbox" name="Kmsi" id="kmsiInput" value="true" tabindex="3" />
<input id="optionForms" type="hidden" name="AuthMethod" value="FormsAuthentication"/>
<span id="submitButton" role="button" onclick="return Login.submitLoginRequest();">Sign in</span></form>
<form id="options" method="post" action="${action}"><input id="optionSelection" type="hidden" name="AuthMethod" />
<input id='userNameInputOptionsHolder' name='UserName' value='' type='hidden'/></form></div></body></html>`;
}

function adapterPage({ method, fields, number }: AdapterWords, error: string): string {
  const shown = number === undefined ? '' : `<div id="validEntropyNumber">${number}</div>`;
  const inputs = fields.map((name) => `<input name="${name}" type="text">`).join('');
  return `<html><body><form method="post" id="loginForm"><input id="authMethod" type="hidden" name="AuthMethod" value="${method}"/>
<input id="context" type="hidden" name="Context" value="ctx-1"/>${shown}<span id="errorText">${error}</span>${inputs}</form>
<form id="options" method="post"><input type="hidden" name="AuthMethod" /></form></body></html>`;
}

/** The page that a browser would post to AWS. */
export function responsePage(encoded: string): string {
  const value = encoded.replaceAll('+', '&#x2b;').replaceAll('=', '&#x3d;');
  return `<html><head><title>Working...</title></head><body><form method="POST" name="hiddenform" action="https://signin.aws.amazon.com:443/saml"><input type="hidden" name="SAMLResponse" value="${value}" /><noscript><p>Script is disabled.</p><input type="submit" value="Submit" /></noscript></form><script>window.setTimeout('document.forms[0].submit()', 0);</script></body></html>`;
}

/** The error page of ADFS. */
export function errorPage(message: string): string {
  return `<html><head><title>Error</title></head><body><div id="errorArea"><div id="errorMessage">${message}</div></div></body></html>`;
}
