import { compareOnRandomTables } from './compare.ts';

compareOnRandomTables(1, 2);
