import { XMLParser } from 'fast-xml-parser';
import { DriverError } from '../core/errors.ts';
import { FORBIDDEN, guardXml, refused } from './xml-guard.ts';

/** An element of a document: what it is called, what is in it, and where it stands in the text. */
export interface XmlElement {
  readonly name: string;
  /** Without its prefix. */
  readonly localName: string;
  /** Empty: in no namespace. */
  readonly namespace: string;
  /** By name as written; namespace declarations are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  /** All that is declared here or further out, by prefix; the default namespace has the prefix ''. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** The prefixes that its own start tag declares. */
  readonly declared: ReadonlySet<string>;
  readonly children: readonly XmlElement[];
  /** Its own text, CDATA sections included, as if there were no comments. */
  readonly text: string;
  /** Offsets of its first character and of the one after its last in the document's text. */
  readonly start: number;
  readonly end: number;
}

/** A document and its outermost element, whose offsets count in this text. */
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
const ALWAYS: ReadonlyMap<string, string> = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]);

/** Reads a document that others wrote. What it must not have, the guard refuses first. */
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
    // Guard and parser must see the same elements; where they do not, somebody wants them to differ.
    if (span === undefined || span.name !== name) throw refused('can be read in two ways');
    const written = Object.entries(Object(node[':@'])).map(
      ([key, value]) => [key, attributeText(String(value))] as const,
    );
    const declared = written.flatMap(([key, value]) =>
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
    if (namespace === undefined && prefix !== '') throw refused(`does not declare the prefix ${prefix}`);
    const inside = nodesOf(node[name]);
    return {
      name,
      localName: name.slice(colon + 1),
      namespace: namespace ?? '',
      attributes: new Map(written.filter(([key]) => key !== 'xmlns' && !key.startsWith('xmlns:'))),
      namespaces,
      declared: new Set(declared.map(([prefix]) => prefix)),
      children: elements(inside, namespaces),
      text: inside.map(textOf).join(''),
      start: span.start,
      end: span.end,
    };
  }

  const [root] = elements(nodesOf(parse(text)), ALWAYS);
  if (root === undefined || next !== spans.length) throw refused('can be read in two ways');
  return { text, root };
}

/** The children of that name. */
export function childrenOf(
  parent: XmlElement | undefined,
  namespace: string,
  localName: string,
): readonly XmlElement[] {
  return (parent?.children ?? []).filter(
    (child) => child.localName === localName && child.namespace === namespace,
  );
}

/** A text of ours as it may stand in an element or attribute. */
export function escapeXml(text: string): string {
  if (FORBIDDEN.test(text)) {
    throw new DriverError(
      'CONN_BAD_VALUE',
      'A value for the identity provider has characters that XML cannot hold',
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

function nodesOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map((node: unknown): Node => Object(node)) : [];
}

function textOf(node: Node): string {
  if ('#text' in node) return decoded(String(node['#text']));
  return nodesOf(node['#cdata'])
    .map((part) => String(part['#text']))
    .join('');
}

function attributeText(value: string): string {
  return decoded(value.replaceAll(/[\t\n\r]/g, ' '));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** References are resolved once: what comes out is text, whatever it looks like. */
function decoded(text: string): string {
  return text.replaceAll(/&([^;]{1,9});/g, (_, name: string) => {
    const known = ENTITIES.get(name);
    if (known !== undefined) return known;
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    const character = code <= 0x10_ffff ? String.fromCodePoint(code) : '\0';
    if (FORBIDDEN.test(character)) throw refused('refers to a character that XML forbids');
    return character;
  });
}
