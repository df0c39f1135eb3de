import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../src/index.ts';
import { startAdfs } from '../../doubles/adfs.ts';
import type { HttpsAnswer, HttpsRequest } from '../../doubles/https-server.ts';
import { startOkta } from '../../doubles/okta.ts';
import { startPing } from '../../doubles/pingfederate.ts';
import { fakePorts } from '../../doubles/ports.ts';
import { testAuthority } from '../../support/certificates.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { thrownBy } from '../../support/thrown.ts';
import { base64, responseXml } from '../../support/saml.ts';
import { soapFault } from '../../support/tokens.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const PASSWORD = `CANARY & "pä$$" <1>`;
const escaped = PASSWORD.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The encodings in which a server may repeat the password. */
const ECHOES: readonly (readonly [encoding: string, text: string])[] = [
  ['escaped', escaped],
  ['escaped twice', escaped.replaceAll('&', '&amp;')],
  ['encoded for a URL', encodeURIComponent(PASSWORD)],
  ['as a form', new URLSearchParams({ Password: PASSWORD }).toString().replaceAll('&', '&amp;')],
  ['in base64', Buffer.from(PASSWORD).toString('base64')],
  ['as HTTP Basic', Buffer.from(`ana:${PASSWORD}`).toString('base64')],
  ['cut off', `${'x'.repeat(190)} ${escaped}`],
];

/** Any part of the password in any encoding: none may be shown. */
const PARTS = /CANARY|p(ä|%C3%A4)\$?|Q0FOQVJ|NBTkFSW|DQU5BUl/i;

interface Provider {
  readonly scheme: string;
  readonly properties?: Readonly<Record<string, string>>;
  /** Starts a server that responds to a password with this text. */
  start(text: string): Promise<AsyncDisposable & { readonly url: string }>;
}

const html = (text: string, id: string): HttpsAnswer => ({
  status: 500,
  body: `<title>Error</title><span id="${id}">${text}</span>`,
});
const fault = (text: string): HttpsAnswer => ({
  status: 500,
  headers: { 'content-type': 'application/soap+xml' },
  body: soapFault('Strange', text),
});
const isPost = ({ method }: HttpsRequest): boolean => method === 'POST';
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const at = (
  server: AsyncDisposable & { readonly origin: string },
  path: string,
): AsyncDisposable & { readonly url: string } => ({
  url: server.origin + path,
  [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
});

const toRejectedResponse = (text: string): string =>
  base64(
    responseXml('', 'urn:oasis:names:tc:SAML:2.0:status:Responder').replace(
      '</samlp:Status>',
      () => `<samlp:StatusMessage>${text}</samlp:StatusMessage></samlp:Status>`,
    ),
  );
const samlPage = (text: string): HttpsAnswer => ({
  body: `<form method="post" action="https://signin.aws.amazon.com/saml"><input type="hidden" name="SAMLResponse" value="${toRejectedResponse(text)}"></form>`,
});

const PROVIDERS: Readonly<Record<string, Provider>> = {
  'the pages of ADFS': {
    scheme: 'ADFS',
    start: async (text) =>
      at(
        await startAdfs(pair, {
          answer: (request) => (isPost(request) ? html(text, 'errorText') : undefined),
        }),
        '',
      ),
  },
  'the password page of ADFS, shown again,': {
    scheme: 'ADFS',
    start: async (text) =>
      at(
        await startAdfs(pair, {
          answer: (request) =>
            isPost(request)
              ? {
                  body: `<span id=errorText>${text}</span><form method=post><input type=password name=Password></form>`,
                }
              : undefined,
        }),
        '',
      ),
  },
  'the second factor of PingFederate': {
    scheme: 'PingFederate',
    start: async (text) =>
      at(
        await startPing(pair, {
          answer: (request) =>
            isPost(request)
              ? {
                  body: `<title>${text}</title><p id=error>${text}</p><form method=post><input name=otp></form>`,
                }
              : undefined,
        }),
        '',
      ),
  },
  'the SAML response of ADFS': {
    scheme: 'ADFS',
    start: async (text) =>
      at(await startAdfs(pair, { answer: (request) => (isPost(request) ? samlPage(text) : undefined) }), ''),
  },
  'WS-Trust of ADFS': {
    scheme: 'ADFS',
    start: async (text) =>
      at(await startAdfs(pair, { answer: () => fault(text) }), '/adfs/services/trust/13/usernamemixed'),
  },
  'the pages of PingFederate': {
    scheme: 'PingFederate',
    start: async (text) =>
      at(
        await startPing(pair, {
          answer: (request) => (isPost(request) ? html(text, 'errorMessage') : undefined),
        }),
        '',
      ),
  },
  'the token service of PingFederate': {
    scheme: 'PingFederate',
    properties: { SSOExchangeUrl: 'urn:x', SSOProperties: 'Authscheme=Basic' },
    start: async (text) => at(await startPing(pair, { answer: () => fault(text) }), '/idp/sts.wst'),
  },
  'the API of Okta': {
    scheme: 'Okta',
    start: async (text) => {
      const summary = unescaped(text);
      const body = JSON.stringify({
        errorCode: 'E0000001',
        errorSummary: 'x',
        errorCauses: [{ errorSummary: summary }],
      });
      return at(await startOkta(pair, { answer: () => ({ status: 400, body }) }), '/home/amazon_aws/0oa/272');
    },
  },
  'the application of Okta': {
    scheme: 'Okta',
    start: async (text) => {
      const okta = await startOkta(pair, {
        user: 'ana',
        password: PASSWORD,
        answer: (request) =>
          request.url.pathname.startsWith('/home/') ? { body: `<title>${text}</title>` } : undefined,
      });
      return { url: okta.loginUrl, [Symbol.asyncDispose]: () => okta[Symbol.asyncDispose]() };
    },
  },
  'the SAML response of Okta': {
    scheme: 'Okta',
    start: async (text) => {
      const okta = await startOkta(pair, {
        user: 'ana',
        password: PASSWORD,
        answer: (request) => (request.url.pathname.startsWith('/home/') ? samlPage(text) : undefined),
      });
      return { url: okta.loginUrl, [Symbol.asyncDispose]: () => okta[Symbol.asyncDispose]() };
    },
  },
};

describeWithTls.each(Object.entries(PROVIDERS))('%s that repeats the password', (_, provider) => {
  it.each(ECHOES)('%s is masked in messages', async (_encoding, text) => {
    await using server = await provider.start(`Wrong: ${text}!`);
    const ports = fakePorts();
    await using connection = await connect(
      {
        AuthScheme: provider.scheme,
        User: 'ana',
        Password: PASSWORD,
        SSOLoginURL: server.url,
        AWSRegion: 'eu-west-1',
        SSLServerCert: ca,
        MaximumRequestRetries: '1',
        ...provider.properties,
      },
      { ports },
    );
    const error = await thrownBy(() => connection.whoami());
    expect(error.message).toContain('Wrong');
    expect(collectOutput([error, ports.warnings])).not.toMatch(PARTS);
  });
});
