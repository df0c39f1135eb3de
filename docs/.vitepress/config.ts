import { copyFile, readFile } from 'node:fs/promises';
import { renderMermaidSVG } from 'beautiful-mermaid';
import { defineConfig } from 'vitepress';

const root = new URL('../../', import.meta.url);
const { description, repository } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  readonly description: string;
  readonly repository: { readonly url: string };
};

/** The site made by `npm run docs:site`. Its address under a domain comes from DOCS_BASE, such as /dynadbc/. */
export default defineConfig({
  title: 'DynaDBC',
  description,
  base: process.env['DOCS_BASE'] ?? '/',
  cleanUrls: true,
  lastUpdated: true,
  head: [['meta', { name: 'theme-color', content: '#0d1117' }]],
  markdown: {
    config(md) {
      const fence = md.renderer.rules.fence;
      md.renderer.rules.fence = (tokens, index, options, env, self) => {
        const token = tokens[index];
        if (token?.info.trim() === 'mermaid') return diagram(token.content, md.utils.escapeHtml);
        return fence?.(tokens, index, options, env, self) ?? '';
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository.url.replace(/^git\+|\.git$/g, '') }],
    nav: [
      { text: 'Guide', link: '/guide/getting-started' },
      { text: 'Reference', link: '/reference/connection-properties' },
      { text: 'Glossary', link: '/glossary' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'Getting started', link: '/guide/getting-started' },
          { text: 'How it works', link: '/guide/how-it-works' },
          { text: 'What a query costs', link: '/guide/what-a-query-costs' },
          { text: 'Coming from CData', link: '/guide/coming-from-cdata' },
          { text: 'In a Lambda function', link: '/guide/in-a-lambda' },
        ],
      },
      {
        text: 'Connecting',
        items: [
          { text: 'Connection strings', link: '/guide/connection-strings' },
          { text: 'Signing in', link: '/guide/sign-in' },
          { text: 'Okta', link: '/guide/sign-in-okta' },
          { text: 'ADFS', link: '/guide/sign-in-adfs' },
          { text: 'PingFederate', link: '/guide/sign-in-pingfederate' },
          { text: 'SAML assertions', link: '/guide/sign-in-saml-assertion' },
        ],
      },
      {
        text: 'Using it',
        items: [
          { text: 'SQL', link: '/guide/sql' },
          { text: 'Types', link: '/guide/types' },
          { text: 'Writing', link: '/guide/writing' },
          { text: 'Bulk import and export', link: '/guide/bulk' },
          { text: 'Tables and indexes', link: '/guide/tables' },
          { text: 'Schemas, views, system tables', link: '/guide/schemas-and-views' },
          { text: 'Programming interface', link: '/guide/programming' },
          { text: 'Command line', link: '/guide/command-line' },
          { text: 'Performance', link: '/guide/performance' },
          { text: 'Limits', link: '/guide/limits' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Connection properties', link: '/reference/connection-properties' },
          { text: 'AuthSchemes', link: '/reference/authschemes' },
          { text: 'Command line', link: '/reference/cli' },
          { text: 'Errors', link: '/reference/errors' },
          { text: 'Glossary', link: '/glossary' },
        ],
      },
    ],
  },
  async buildEnd({ outDir }) {
    await copyFile(new URL('docs/reference/schema-file.json', root), `${outDir}/reference/schema-file.json`);
  },
});

/** An SVG that follows the page's light or dark colours. */
function diagram(source: string, escapeHtml: (text: string) => string): string {
  const svg = renderMermaidSVG(source, {
    bg: 'var(--vp-c-bg)',
    fg: 'var(--vp-c-text-1)',
    transparent: true,
  })
    // The renderer asks for a web font; the page has its own.
    .replace(/@import [^;]*;/, '')
    .replaceAll("'Inter', system-ui, sans-serif", 'inherit')
    .replace('style="', 'style="max-width:100%;height:auto;');
  // Vue removes <style> from templates, but not from inserted HTML.
  return `<div class="diagram" v-html="${escapeHtml(JSON.stringify(svg))}"></div>\n`;
}
