/**
 * Where the page's data comes from. Today it stands in the page and in script files beside it, which is all that a page opened
 * from a file may read; over HTTP the same files work. A service may give another `Source`; nothing else asks for data.
 */

import { REVIEW_VERSION, type Page, type Row, type ScanFile } from './contract';
import { scanOf, type Scan } from './scan';

export interface Source {
  page(): Page;
  scan(row: Row): Promise<Scan>;
}

declare global {
  interface Window {
    /** What each scan's file calls with what it holds. */
    portrayScan?: (file: ScanFile) => void;
    trustedTypes?: {
      createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
    };
  }
}

/** Files that the page may run: those that portray names, in the folder beside the page. */
const SCAN_FILE = /^review\/[^/\\?#:]+\.js$/;

/** A path below the page's folder as a URL: names may hold `%`, `#` and letters of any script. */
export const urlOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

export class FileSource implements Source {
  private readonly waiting = new Map<string, (file: ScanFile) => void>();
  /** Files that are being read: whoever asks again meanwhile gets the same. */
  private readonly reading = new Map<string, Promise<ScanFile>>();

  /** Where the browser knows trusted types, the only maker of URLs that script elements take. */
  private readonly policy = window.trustedTypes?.createPolicy('portray', {
    createScriptURL: (path) => {
      if (!SCAN_FILE.test(path)) throw new TypeError(`${path} is no scan of this page`);
      return urlOf(path);
    },
  });

  constructor(private readonly document: Document) {
    window.portrayScan = (file) => this.waiting.get(file.stem)?.(file);
  }

  page(): Page {
    const text = this.document.getElementById('portray-review')?.textContent ?? '';
    if (text.trim() === '') throw new Error('this page holds no scans: portray review writes it with them');
    const page = JSON.parse(text) as Page;
    if (page.review_version !== REVIEW_VERSION) {
      throw new Error(`the data has review_version ${page.review_version}, this page reads ${REVIEW_VERSION}`);
    }
    return page;
  }

  async scan(row: Row): Promise<Scan> {
    if (row.data === null) throw new Error('there is no picture: the scan failed');
    return scanOf(row, await this.file(row.data));
  }

  private file(path: string): Promise<ScanFile> {
    const reading = this.reading.get(path) ?? this.run(path).finally(() => this.reading.delete(path));
    this.reading.set(path, reading);
    return reading;
  }

  /** Runs a scan's file and takes what it gives. */
  private run(path: string): Promise<ScanFile> {
    return new Promise((resolve, reject) => {
      if (!SCAN_FILE.test(path)) return reject(new Error(`${path} is no scan of this page`));
      const stem = path.slice('review/'.length, -'.js'.length);
      const script = this.document.createElement('script');
      const done = (): void => {
        this.waiting.delete(stem);
        script.remove();
      };
      this.waiting.set(stem, (file) => {
        done();
        if (file.review_version === REVIEW_VERSION) resolve(file);
        else reject(new Error(`${path} has review_version ${file.review_version}, this page reads ${REVIEW_VERSION}`));
      });
      script.onload = () => {
        if (!this.waiting.has(stem)) return;
        done();
        reject(new Error(`${path} holds another scan than its name says`));
      };
      script.onerror = () => {
        done();
        reject(new Error(`${path} cannot be read: is the folder “review” beside this page complete?`));
      };
      script.async = true;
      script.src = (this.policy?.createScriptURL(path) ?? urlOf(path)) as string;
      this.document.head.append(script);
    });
  }
}

/** How many scans are kept ready to be shown again. */
const READY = 5;

/** Scans that were asked for lately, so that stepping back and forth reads nothing twice. */
export class Ready {
  private readonly scans = new Map<string, Promise<Scan>>();

  constructor(private readonly source: Source) {}

  scan(row: Row): Promise<Scan> {
    const found = this.scans.get(row.name) ?? this.source.scan(row);
    this.scans.delete(row.name);
    this.scans.set(row.name, found);
    found.catch(() => this.scans.delete(row.name));
    for (const name of this.scans.keys()) {
      if (this.scans.size <= READY) break;
      this.scans.delete(name);
    }
    return found;
  }
}
