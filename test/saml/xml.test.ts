import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError } from '../../src/core/errors.ts';
import { INVALID_XML_CHARACTER } from '../../src/saml/xml-guard.ts';
import { escapeXml, readXml, type XmlElement } from '../../src/saml/xml.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

describe('a document', () => {
  it('has elements with namespaces, attributes, text and offsets', () => {
    const text = `\uFEFF<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- c --><a:r xmlns:a="urn:a" xmlns="urn:d" k='&lt;&#x41;"'>\r\n<x>t<!-- > -->u<![CDATA[<&]]>&amp;lt;</x><a:y xmlns:a="urn:b"/></a:r>\n`;
    const { root, text: read } = readXml(text);
    const [x, y] = root.children;
    expect(root).toMatchObject({ localName: 'r', namespace: 'urn:a' });
    expect(root.attributes).toEqual(new Map([['k', '<A"']]));
    expect(x).toMatchObject({ name: 'x', namespace: 'urn:d', text: 'tu<&&lt;' });
    expect(y).toMatchObject({ name: 'a:y', namespace: 'urn:b' });
    expect(read.slice(y?.start, y?.end)).toBe('<a:y xmlns:a="urn:b"/>');
    expect(read.slice(root.start, root.end)).toMatch(/^<a:r [^]*<\/a:r>$/);
  });

  it('undoes escaping in elements and attributes', () => {
    const words = fc.string({ unit: 'grapheme' }).filter((word) => !INVALID_XML_CHARACTER.test(word));
    fc.assert(
      fc.property(words, words, (text, value) => {
        const { root } = readXml(`<a k="${escapeXml(value)}">${escapeXml(text)}</a>`);
        expect([root.text, root.attributes.get('k')]).toEqual([text, value]);
      }),
    );
  });

  it('has correct offsets for every element', () => {
    const tree = fc.letrec<{ node: string }>((tie) => ({
      node: fc
        .tuple(
          fc.constantFrom('a', 'b:c', 'd'),
          fc.array(
            fc.oneof(
              { maxDepth: 4 },
              fc.constantFrom('t', '<!-- <a> -->', '<![CDATA[</a>]]>', '\r\n'),
              tie('node'),
            ),
            { maxLength: 4 },
          ),
        )
        .map(([name, inside]) => `<${name} xmlns:b="urn:b" k=">">${inside.join('')}</${name}>`),
    })).node;
    fc.assert(
      fc.property(tree, (text) => {
        const places = (element: XmlElement): boolean =>
          text.startsWith(`<${element.name} `, element.start) &&
          text.slice(0, element.end).endsWith(`</${element.name}>`) &&
          element.children.every(places);
        expect(places(readXml(text).root)).toBe(true);
      }),
    );
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', 'DOCTYPE'],
    ['a DOCTYPE in lower case', '<!doctype a><a/>', 'DOCTYPE'],
    ['a DOCTYPE further down', '<a><!DOCTYPE a></a>', 'DOCTYPE'],
    ['an entity of its own', '<a>&CANARY;</a>', 'entity'],
    ['an entity in an attribute', '<a k="&CANARY;"/>', 'entity'],
    ['a bare ampersand', '<a>& </a>', 'entity'],
    ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><a/>', 'UTF-8'],
    ['an encoding that hides characters', '<?xml version="1.0" encoding="UTF-7"?><a/>', 'UTF-8'],
    ['a processing instruction', '<a><?php CANARY ?></a>', 'processing'],
    ['NUL', '<a>\0</a>', 'does not allow'],
    ['half a surrogate pair', '<a>\uD800</a>', 'does not allow'],
    ['a reference to NUL', '<a>&#0;</a>', 'does not allow'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>', 'does not allow'],
    ['a reference to half a pair', '<a>&#xD800;</a>', 'does not allow'],
    ['tags that cross', '<a><b></a></b>', 'do not match'],
    ['an end too many', '<a/></a>', 'do not match'],
    ['no end', '<a><b></b>', 'incomplete'],
    ['nothing', '', 'incomplete'],
    ['two elements', '<a/><b/>', 'more than one'],
    ['text around it', 'CANARY<a/>', 'outside'],
    ['an attribute twice', '<a k="1" k="2"/>', 'duplicate'],
    ['an attribute without quotes', '<a k=1/>', 'well-formed'],
    ['a tag in an attribute', '<a k="<b>"/>', 'well-formed'],
    ['a comment without end', '<a><!-- </a>', 'well-formed'],
    ['an undeclared prefix', '<x:a/>', 'prefix x'],
    ['HTML', '<html><body><p>CANARY<br></body></html>', 'do not match'],
    [
      'too many attributes',
      `<a ${Array.from({ length: 65 }, (_, at) => `k${at}="1"`).join(' ')}/>`,
      'attributes',
    ],
    ['names that objects have', '<a><__proto__/><constructor/></a>', ''],
  ])('with %s is refused and not quoted', async (_, text, why) => {
    const error = await thrownBy(() => {
      readXml(text);
      throw new DriverError('AUTH_MALFORMED', 'read after all');
    });
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(error.message).toContain(why);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it.each([
    ['nesting', '<a>', 'deep'],
    ['elements', '<a/>', 'more than'],
    ['closed elements', '<a></a>', 'more than'],
    ['start tags', '<a ', ''],
    ['attributes', '<a k="1" ', ''],
    ['comments', '<!-- -->', ''],
    ['open comments', '<!--', ''],
    ['open CDATA', '<![CDATA[', ''],
    ['CDATA', '<![CDATA[x]]>', ''],
    ['ampersands', '&', ''],
    ['references', '&lt;', ''],
    ['blanks', '  ', ''],
    ['brackets', '>', ''],
    ['quotes', '<a k="', ''],
    ['text', 'text', 'more than'],
  ])('of a megabyte of %s ends at once', (_, piece, why) => {
    const text = `<r>${piece.repeat(Math.ceil(1_000_000 / piece.length))}`;
    const outcome = (end: string, start = text): string => {
      try {
        return readXml(start + end).root.name;
      } catch (error) {
        return error instanceof DriverError ? error.message : String(error);
      }
    };
    expect(outcome('</r>')).toMatch(/^r$|^The identity provider's XML /);
    expect(outcome('', text.repeat(2))).toContain(why === 'deep' ? 'more than' : why);
  });
});

describe('a string that XML does not allow', () => {
  it.each(['\0', '\u001B', '\uFFFE', '\uD800'])('is refused before it is sent: %j', async (text) => {
    expect((await thrownBy(() => escapeXml(text))).code).toBe('CONN_BAD_VALUE');
  });
});
