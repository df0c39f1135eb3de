import { XMLParser } from 'fast-xml-parser';
import { DriverError } from '../core/errors.ts';
import { INVALID_XML_CHARACTER, guardXml, xmlError } from './xml-guard.ts';

/** An element with its content and its position in the document. */
export interface XmlElement {
  readonly name: string;
  /** Without prefix. */
  readonly localName: string;
  /** Empty if it is in no namespace. */
  readonly namespace: string;
  /** By name as written, without namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>;
  /** The namespaces in scope by prefix; the default namespace has the prefix ''. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** The prefixes declared on this element. */
  readonly declared: ReadonlySet<string>;
  readonly children: readonly XmlElement[];
  /** Its own text including CDATA sections, without comments. */
  readonly text: string;
  /** Start and end offsets in the text of the document. */
  readonly start: number;
  readonly end: number;
}

/** A document and its root element. */
export interface XmlDocument {
  readonly text: string;
  readonly root: XmlElement;
}

type Node = Readonly<Record<string, unknown>>;

const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
});
const PREDECLARED: ReadonlyMap<string, string> = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]);

/** Parses an untrusted document after `guardXml` has checked it. */
export function readXml(document: string): XmlDocument {
  const text = document.replace(/^\uFEFF/, '');
  const spans = guardXml(text);
  let next = 0;

  function elements(nodes: readonly Node[], outer: ReadonlyMap<string, string>): XmlElement[] {
    return nodes.flatMap((node) => {
      const [name] = Object.keys(node);
      return name === undefined || name.startsWith('#') ? [] : [element(node, name, outer)];
    });
  }

  function element(node: Node, name: string, outer: ReadonlyMap<string, string>): XmlElement {
    const span = spans[next];
    next += 1;
    // Guard and parser must see the same elements; a difference means an attack.
    if (span === undefined || span.name !== name) throw xmlError('is ambiguous');
    const attributes = Object.entries(Object(node[':@'])).map(
      ([key, value]) => [key, decodeAttribute(String(value))] as const,
    );
    const declared = attributes.flatMap(([key, value]) =>
      key === 'xmlns'
        ? [['', value] as const]
        : key.startsWith('xmlns:')
          ? [[key.slice(6), value] as const]
          : [],
    );
    const namespaces = declared.length === 0 ? outer : new Map([...outer, ...declared]);
    const colon = name.indexOf(':');
    const prefix = name.slice(0, Math.max(colon, 0));
    const namespace = namespaces.get(prefix);
    if (namespace === undefined && prefix !== '') throw xmlError(`does not declare the prefix ${prefix}`);
    const content = toNodes(node[name]);
    return {
      name,
      localName: name.slice(colon + 1),
      namespace: namespace ?? '',
      attributes: new Map(attributes.filter(([key]) => key !== 'xmlns' && !key.startsWith('xmlns:'))),
      namespaces,
      declared: new Set(declared.map(([prefix]) => prefix)),
      children: elements(content, namespaces),
      text: content.map(readNodeText).join(''),
      start: span.start,
      end: span.end,
    };
  }

  const [root] = elements(toNodes(parse(text)), PREDECLARED);
  if (root === undefined || next !== spans.length) throw xmlError('is ambiguous');
  return { text, root };
}

/** The children with this name. */
export function findChildren(
  parent: XmlElement | undefined,
  namespace: string,
  localName: string,
): readonly XmlElement[] {
  return (parent?.children ?? []).filter(
    (child) => child.localName === localName && child.namespace === namespace,
  );
}

/** Escapes a string for an element or attribute. */
export function escapeXml(text: string): string {
  if (INVALID_XML_CHARACTER.test(text)) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      'A value for the identity provider contains characters that XML does not allow',
    );
  }
  return text.replaceAll(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function parse(text: string): unknown {
  try {
    return PARSER.parse(text);
  } catch (cause) {
    throw new DriverError('AUTH_MALFORMED', "The identity provider's XML is not well-formed", { cause });
  }
}

function toNodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map((node: unknown): Node => Object(node)) : [];
}

function readNodeText(node: Node): string {
  if ('#text' in node) return decodeEntities(String(node['#text']));
  return toNodes(node['#cdata'])
    .map((part) => String(part['#text']))
    .join('');
}

function decodeAttribute(value: string): string {
  return decodeEntities(value.replaceAll(/[\t\n\r]/g, ' '));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Resolves references once; the result is text even if it looks like a reference. */
function decodeEntities(text: string): string {
  return text.replaceAll(/&([^;]{1,9});/g, (_, name: string) => {
    const entity = ENTITIES.get(name);
    if (entity !== undefined) return entity;
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    const character = code <= 0x10_ffff ? String.fromCodePoint(code) : '\0';
    if (INVALID_XML_CHARACTER.test(character))
      throw xmlError('references a character that XML does not allow');
    return character;
  });
}
