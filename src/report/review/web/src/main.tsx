import { render } from 'preact';
import { FileSource, Ready } from './data';
import { Desk, Prefer } from './desk';
import { Keep, localStorageOrNone } from './keep';
import { App } from './ui/App';
import './style.css';

const root = document.getElementById('page')!;
try {
  const source = new FileSource(document);
  const page = source.page();
  document.title = `${page.batch.name} – portray review`;
  const storage = localStorageOrNone();
  const window = Date.now().toString(36) + Math.random().toString(36).slice(2, 6);
  const desk = new Desk(page, new Ready(source), new Keep(storage, page.batch.digest, window), new Prefer(storage));
  render(<App desk={desk} />, root);
} catch (error) {
  root.textContent = `This page cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
}
