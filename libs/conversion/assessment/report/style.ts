/** The page's style: nothing is fetched; light and dark by the reader's choice; on paper black on white with every part unfolded. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --card: #f4f6f8; --text: #1a2027; --quiet: #4d5965; --line: #c9d1d9;
  --good: #1a7f4b; --look: #9a5b00; --bad: #b3261e; --blue: #1f5fa8; --empty: #dfe4ea; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161b; --card: #1c2229; --text: #e8edf2; --quiet: #aab6c2; --line: #3a444f;
  --good: #5fd39a; --look: #f0b35a; --bad: #ff8a80; --blue: #7db7f5; --empty: #323b45; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main, header, footer { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 14px; } footer { padding-bottom: 40px; color: var(--quiet); }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 20px; margin: 34px 0 8px; } h3 { font-size: 16px; margin: 24px 0 6px; }
p { margin: 4px 0; } .quiet { color: var(--quiet); } bdi, td, li, p { overflow-wrap: anywhere; }
.answers { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 12px 0 0; }
.answer { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; min-width: 0; }
.answer h3 { margin: 0; font-size: 14px; font-weight: 600; color: var(--quiet); }
.answer .big { font-size: 24px; font-weight: 700; line-height: 1.25; margin: 2px 0; }
.answer ol, .answer ul { margin: 4px 0 0; padding-left: 20px; } .answer li { margin: 2px 0; }
.wide { grid-column: span 3; } .with-ring { display: flex; gap: 14px; align-items: center; }
.good { color: var(--good); } .look { color: var(--look); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: 6px 0 14px; }
caption { text-align: left; color: var(--quiet); padding: 4px 0; } th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); }
td { min-width: 4em; } td strong { white-space: nowrap; } td.number, th.number { text-align: right; white-space: nowrap; min-width: 0; } code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.87em; overflow-wrap: anywhere; }
.chart { width: 100%; max-width: 760px; height: auto; display: block; margin: 6px 0; } .chart text { font-size: 13px; fill: var(--text); } .ground { fill: var(--empty); }
.auto { fill: var(--good); } .review { fill: var(--look); } .manual { fill: var(--bad); } .plain { fill: var(--blue); }
.key span { display: inline-block; width: 12px; height: 12px; border-radius: 2px; margin: 0 4px 0 12px; }
.key .auto { background: var(--good); } .key .review { background: var(--look); } .key .manual { background: var(--bad); }
.ring { width: 80px; height: 80px; flex: none; } .ring circle { fill: none; stroke-width: 10; } .ring .ground { stroke: var(--empty); } .ring .value { stroke: var(--good); } .ring text { font-size: 15px; font-weight: 700; fill: var(--text); }
details { margin: 8px 0; } summary { cursor: pointer; font-weight: 600; } :target { outline: 2px solid var(--blue); outline-offset: 3px; border-radius: 2px; }
a { color: var(--blue); } a:focus-visible, summary:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
@media (max-width: 720px) { body { font-size: 14px; } h1 { font-size: 17px; line-height: 1.25; } header .quiet { font-size: 12px; line-height: 1.3; } main, header, footer { padding-left: 12px; padding-right: 12px; } .answers { grid-template-columns: 1fr 1fr; gap: 8px; margin-top: 8px; }
  .answer { padding: 7px 10px; } .answer .big { font-size: 18px; } .wide { grid-column: span 2; } .ring { width: 52px; height: 52px; } .with-ring { gap: 8px; } .answer p { line-height: 1.3; } .answer h3 { font-size: 13px; line-height: 1.3; } .answer .quiet { font-size: 13px; line-height: 1.3; } }
@media print { :root { --ground: #fff; --card: #fff; --text: #000; --quiet: #333; --line: #999; --good: #14653b; --look: #7a4800; --bad: #8c1d17; --blue: #174a83; --empty: #e4e4e4; }
  body { font-size: 11px; } details > *, details::details-content { display: block; content-visibility: visible; height: auto; } tr, .answer, .chart { break-inside: avoid; } h2, h3 { break-after: avoid; } .scroll { overflow: visible; } }
`;
