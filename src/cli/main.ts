#!/usr/bin/env node
import * as nodeModule from 'node:module';

// Node 22 and later keep what they have compiled for the next run. What is imported before this is not kept.
if ('enableCompileCache' in nodeModule && typeof nodeModule.enableCompileCache === 'function')
  nodeModule.enableCompileCache();
const { runProcess } = await import('./run-process.ts');
await runProcess();
