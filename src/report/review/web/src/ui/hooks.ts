import { useEffect, useReducer, useState } from 'preact/hooks';
import type { Row } from '../contract';
import type { Desk } from '../desk';
import type { Scan } from '../scan';

/** The desk's state, kept up with. */
export function useDesk(desk: Desk): Desk['state'] {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => desk.subscribe(() => again(undefined)), [desk]);
  return desk.state;
}

export type Loaded = { scan: Scan; error: null } | { scan: null; error: string } | null;

/** A scan's picture and report; null while it is being read. */
export function useScan(desk: Desk, row: Row | null): Loaded {
  const [loaded, set] = useState<{ name: string; found: Loaded }>({ name: '', found: null });
  useEffect(() => {
    if (!row?.data) return;
    let wanted = true;
    const take = (found: Loaded): void => {
      if (wanted) set({ name: row.name, found });
    };
    desk.ready.scan(row).then(
      (scan) => take({ scan, error: null }),
      (error: unknown) => take({ scan: null, error: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [desk, row]);
  return row && loaded.name === row.name ? loaded.found : null;
}
