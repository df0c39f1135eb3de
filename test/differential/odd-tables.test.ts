import { compareOnRandomTables } from './compare.ts';

compareOnRandomTables(0, 2);
