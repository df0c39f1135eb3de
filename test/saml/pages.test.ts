import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError } from '../../src/core/errors.ts';
import { adfsPages } from '../../src/saml/adfs/pages.ts';
import { redactNothing } from '../../src/net/redactor.ts';
import type { SessionResponse } from '../../src/net/http-session.ts';
import { readPage } from '../../src/saml/page.ts';
import type { PagesProvider } from '../../src/saml/pages/sign-in-page.ts';
import { pingPages } from '../../src/saml/pingfederate/pages.ts';

function answered(text: string, status: number): SessionResponse {
  return {
    url: new URL('https://idp.corp.test/adfs/ls/'),
    status,
    headers: () => [],
    text,
    redact: redactNothing,
  };
}

const piece = fc.constantFrom(
  '<form method=post>',
  '<form id=options action="https://x.test/">',
  '</form>',
  '<input name=UserName>',
  '<input type=password name=Password>',
  '<input type=hidden name=AuthMethod value=AzureMfaAuthentication>',
  '<input type=hidden name=SAMLResponse value=YQ==>',
  '<span id=errorText>no</span>',
  '<meta http-equiv=refresh content="0;url=/">',
  '<title>Error',
  '&#',
  '<!--',
  '<',
);

/** What a provider makes of a page: the kind, or the code of its refusal. Anything else that is thrown fails the test. */
function outcome(provider: PagesProvider, text: string, status = 200): string {
  const answer = answered(text, status);
  try {
    return provider.read(readPage(answer.text, answer.url), answer).kind;
  } catch (error) {
    if (error instanceof DriverError) return error.code;
    throw error;
  }
}

describe('the pages of identity providers', () => {
  it.each([adfsPages, pingPages])(
    'of $name are recognized or rejected, whatever they contain',
    (provider) => {
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(200, 404, 500), (pieces, status) => {
          expect(outcome(provider, pieces.join(''), status)).toMatch(/^[a-z ]+$|^AUTH_/);
        }),
      );
    },
  );

  it.each([
    '<input ',
    '<form ',
    '<form><input type=password>',
    '<input name=AuthMethod value=x>',
    '&#',
    '<!--',
  ])('of a megabyte of "%s" are recognized or rejected', (text) => {
    const megabyte = `<form>${text.repeat(1_000_000 / text.length)}`;
    for (const provider of [adfsPages, pingPages]) {
      expect(outcome(provider, megabyte)).toMatch(/^[a-z ]+$|^AUTH_/);
    }
  });
});
