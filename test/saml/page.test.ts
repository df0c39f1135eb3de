import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secret } from '../../src/core/secret.ts';
import { toFormRequest, readForms } from '../../src/saml/forms.ts';
import type { HtmlForm } from '../../src/saml/html-form.ts';
import { excerpt } from '../../src/saml/excerpt.ts';
import { readPage } from '../../src/saml/page.ts';
import { thrownBy } from '../support/thrown.ts';

const PAGE = new URL('https://idp.example/adfs/ls?a=1');

const fieldsOf = (html: string): readonly (readonly string[])[] =>
  readForms(html, PAGE).map(({ fields }) => fields.map(({ name, value }) => `${name}=${value}`));

function only(html: string): HtmlForm {
  const [form] = readForms(html, PAGE);
  if (form === undefined) throw new Error('no form');
  return form;
}

const sent = (html: string, values = {}): string | undefined =>
  toFormRequest(only(html), values).body?.text.reveal();

describe('the forms of a page', () => {
  it.each([
    ['attributes in any order and quotes', `<FORM><INPUT value='1' NAME=a type="HIDDEN"></FORM>`, [['a=1']]],
    ['the first of two attributes', '<form><input name=a name=b value=1 value=2></form>', [['a=1']]],
    ['entities, once', '<form><input name=a value="&amp;#x2b;&#x2b;&lt;&#61"></form>', [['a=&#x2b;+<=']]],
    ['numbers that are no character', '<form><input name=a value="&#x110000;"></form>', [['a=\uFFFD']]],
    ['textarea', '<form><textarea name=a>\n<b>&amp;</textarea></form>', [['a=<b>&']]],
    [
      'the selected option',
      '<form><select name=a><option>x<option selected value=2>y</select></form>',
      [['a=2']],
    ],
    ['the first option', '<form><select name=a><option> x </option><option>y</select></form>', [['a=x']]],
    ['a form that is never closed', '<form><input name=a value=1>', [['a=1']]],
    ['no form in a form', '<form><form><input name=a></form><input name=b>', [['a=']]],
    ['fields outside that belong to it', '<form id=f></form><input form=f name=a value=1>', [['a=1']]],
    ['nothing in comments and scripts', '<!-- <form> --><script>"<form>"</script><style><form></style>', []],
    ['noscript', '<noscript><form><input name=a></form></noscript>', [['a=']]],
    ['two', '<form><input name=a></form><form><input name=b></form>', [['a='], ['b=']]],
  ])('are read with %s', (_, html, forms) => {
    expect(fieldsOf(html)).toEqual(forms);
  });

  it('are submitted as by a browser: no buttons, unchecked boxes or disabled fields', () => {
    const html = `<form method=post><input name=u type=email value=x><input name=p type=password>
      <input type=checkbox name=no><input type=checkbox name=yes checked><input type=submit name=go value=Go>
      <button name=b value=1>B</button><input name=d value=1 disabled><input value=nameless></form>`;
    expect(sent(html, { u: 'ana@corp', p: new Secret('p&ss +') })).toBe('u=ana%40corp&p=p%26ss+%2B&yes=on');
  });

  it('take each value once even if a field is repeated, and additional values', () => {
    const html =
      '<form method=post><input name=a value=1><input name=a value=2><input name=c value=3></form>';
    expect(sent(html, { a: '9', 'pf.ok': 'clicked' })).toBe('a=9&c=3&pf.ok=clicked');
    expect(sent(html)).toBe('a=1&a=2&c=3');
  });

  it('submit any password unchanged', () => {
    const html = '<form method=post><input type=password name=p></form>';
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (password) => {
        const pairs = new URLSearchParams(sent(html, { p: new Secret(password) }));
        expect(pairs.get('p')).toBe(password);
      }),
    );
  });

  it.each([
    ['nothing', '', '/adfs/ls?a=1'],
    ['a relative address', 'next?b=2#x', '/adfs/next?b=2'],
    ['the default port', 'https://idp.example:443/x', '/x'],
    ['an address with entities', '/x?a=1&amp;b=2', '/x?a=1&b=2'],
  ])('resolve an action that is %s', (_, action, path) => {
    const { url } = toFormRequest(only(`<form method=post action="${action}">`));
    expect(String(url)).toBe(`https://idp.example${path}`);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/x',
    'http://idp.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://idp.example@evil.example/',
    'https://u:p@idp.example/',
    'https://idp.example:8443/',
    'https://',
    '\\\\evil.example\\x',
  ])('withhold the password if the action is %s', async (action) => {
    const form = only(`<form method=post action="${action}"><input type=password name=p></form>`);
    const error = await thrownBy(() => toFormRequest(form, { p: new Secret('CANARY') }));
    expect(['AUTH_UNTRUSTED', 'AUTH_MALFORMED']).toContain(error.code);
  });

  it('withhold the password if a base element leads to another origin', async () => {
    const form = only('<base href="https://evil.example/"><form method=post action="x">');
    expect((await thrownBy(() => toFormRequest(form))).code).toBe('AUTH_UNTRUSTED');
  });

  it('do not put the password in a URL', async () => {
    const error = await thrownBy(() => toFormRequest(only('<form action="/x">')));
    expect(error.message).toContain('put the password in the URL');
  });

  it.each([
    ['forms', '<form></form>'],
    ['fields', '<form><input name=a>'],
  ])('are limited in number: %s', async (_, html) => {
    expect((await thrownBy(() => readForms(html.repeat(1001), PAGE))).code).toBe('AUTH_MALFORMED');
  });
});

describe('a page', () => {
  it('has a title, texts by id, scripts and a refresh target', () => {
    const page = readPage(
      `<title>Sign &amp; in</title><meta http-equiv=Refresh content="0; URL='/adfs/ls/wia'">
       <div id=outer><div>one</div> <span id=errorText>Wrong <b>password</b>.\n\x1b[31mred</span> two</div> three
       <script>var a = '<b>';</script><script></script><input id=field>`,
      PAGE,
    );
    expect(page).toMatchObject({
      title: 'Sign & in',
      refresh: '/adfs/ls/wia',
      scripts: ["var a = '<b>';", ''],
    });
    expect(page.textById('errorText')).toBe('Wrong password. [31mred');
    expect(page.textById('outer')).toBe('one Wrong password. [31mred two');
    expect([page.textById('field'), page.textById('constructor')]).toEqual(['', undefined]);
  });

  it('is quoted on one truncated line without control characters', () => {
    expect(excerpt(`a\u202Eb\x07\n${'x'.repeat(500)}`)).toMatch(/^a b x{195}…$/);
  });

  it('can be any text', () => {
    const pieces = fc.constantFrom(
      '<form>',
      '<input name=a ',
      'value="',
      '>',
      '</form>',
      '<!--',
      '-->',
      '<script>',
      '&#',
      ' id=x',
      '<title>',
      '<select name=s>',
      '<option>',
    );
    const text = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (html) => {
        const page = readPage(html, PAGE);
        expect(page.forms.every(({ page: url }) => url === PAGE)).toBe(true);
        expect((page.textById('x') ?? '').length).toBeLessThanOrEqual(200);
      }),
    );
  });

  // A reader that takes quadratic time needs minutes for these, and the test's own limit ends it.
  it.each([
    '<input ',
    '<form ',
    '<form>',
    '<div id=x>',
    '<b><i>',
    '&#',
    '<!--',
    '<script>',
    '<select><option>',
    '<textarea name=a>',
    ' a=1',
    "<x y='",
  ])('of a megabyte of %s is parsed or refused', (piece) => {
    const html = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const read = (): string => {
      try {
        return typeof readPage(html, PAGE).title;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(['string', 'AUTH_MALFORMED']).toContain(read());
  });
});
