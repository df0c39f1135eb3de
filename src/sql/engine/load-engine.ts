import { lazy } from '../../core/async/lazy.ts';

/** Loads DuckDB with the first statement that needs it. */
export const loadEngine = lazy(() => import('./engine.ts'));
