/** The places that the model points at, and what the analyst says of each. */

import type { JSX } from 'preact';
import { VERB_WORDS, VERBS } from '../decisions';
import type { Desk } from '../desk';
import { countedFrom } from '../place';
import type { Scan } from '../scan';
import { calibrationSentence, massOf, placeWords, pWords, shareWords, sizeWords, zoneWords } from '../words';

const Untold = (): JSX.Element => <span class="muted">not told</span>;

export function Regions({ desk, scan }: { desk: Desk; scan: Scan }): JSX.Element {
  const { regions, unseen, calibration } = scan.report;
  const from = scan.frame ? countedFrom(scan.frame) : 'left';
  if (regions.length === 0) {
    return (
      <section class="regions" aria-label="Regions">
        <p class="muted">
          The model points at no place{unseen.length > 0 ? `; ${unseen.length} places were not seen` : ''}.
        </p>
      </section>
    );
  }
  const labels = regions.some((region) => region.label);
  return (
    <section class="regions" aria-label="Regions">
      <table>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Score</th>
            <th scope="col">Among clean containers</th>
            <th scope="col">Extra mass</th>
            <th scope="col">Size</th>
            <th scope="col">Zone</th>
            <th scope="col">Band</th>
            {labels && <th scope="col">Class</th>}
            <th scope="col">Decision (Shift+1 2 3)</th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region, at) => {
            const number = at + 1;
            const standing = desk.regionStanding(scan.row, number);
            const chosen = desk.state.region === at;
            return (
              <tr key={number} class={chosen ? 'chosen' : ''} onClick={() => desk.chooseRegion(at)}>
                <th scope="row">
                  <button
                    type="button"
                    class="number"
                    aria-pressed={chosen}
                    aria-label={`Region ${number}: zoom to it`}
                    onClick={(event) => {
                      event.stopPropagation();
                      desk.chooseRegion(chosen ? -1 : at);
                    }}
                  >
                    {number}
                  </button>
                </th>
                <td>{region.score.toFixed(3)}</td>
                <td class="sentence" title={region.p_value === undefined ? '' : `p ${pWords(region.p_value)}`}>
                  {region.p_value === undefined
                    ? 'not calibrated'
                    : calibrationSentence(region.p_value, calibration?.against && { ...calibration.against }, 'region').replace(/ \(.*\)/, '')}
                </td>
                <td>
                  {massOf(region.mass) || <Untold />}
                  {region.shielded_share >= 0.01 && (
                    <small> {shareWords(region.shielded_share)} not penetrated</small>
                  )}
                </td>
                <td>
                  {sizeWords(region.box_mm)}
                  <small> {placeWords(region.box_mm, from)}</small>
                </td>
                <td>{region.zone ? zoneWords(region.zone) : <Untold />}</td>
                <td title={region.material ? `ratio ${region.material.ratio} ± ${region.material.sigma}` : ''}>
                  {region.material?.band ?? <Untold />}
                </td>
                {labels && <td>{region.label ?? ''}</td>}
                <td class="verbs">
                  <span role="group" aria-label={`Decision on region ${number}`}>
                    {VERBS.map((verb) => (
                      <button
                        key={verb}
                        type="button"
                        class={`verb ${verb}`}
                        aria-pressed={standing?.decision === verb}
                        onClick={(event) => {
                          event.stopPropagation();
                          desk.decideRegion(scan.row, number, region, verb);
                        }}
                      >
                        {VERB_WORDS[verb]}
                      </button>
                    ))}
                  </span>
                  <input
                    type="text"
                    class="note"
                    placeholder="note"
                    aria-label={`Note on region ${number}`}
                    maxLength={2000}
                    value={standing?.note ?? ''}
                    onClick={(event) => event.stopPropagation()}
                    onChange={(event) => desk.noteRegion(scan.row, number, region, event.currentTarget.value.trim())}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
