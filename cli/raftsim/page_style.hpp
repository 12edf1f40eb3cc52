// How the page of a report looks: in the light, in the dark, and on paper.
#pragma once

namespace raftsim {

constexpr const char* kPageStyle = R"css(:root {
  --paper: #ffffff; --ink: #1c2024; --soft: #60646c; --line: #d9dce1; --tint: #f4f5f7; --mark: #3358d4;
  --pass: #1f7a4d; --violation: #c62a2f; --inconclusive: #946800; --heat: 51, 88, 212;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #eceef0; --soft: #a0a6ae; --line: #363a41; --tint: #202327; --mark: #8da4ef;
    --pass: #5bc592; --violation: #ff8a8d; --inconclusive: #e5b84b; --heat: 141, 164, 239;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p { margin: .25rem 0 .75rem; max-width: 48rem; }
a { color: var(--mark); }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: var(--tint); border-radius: 6px; padding: .75rem; margin: .5rem 0; overflow-x: auto; }
pre.command { border-left: 3px solid var(--mark); }
.figures { display: flex; flex-wrap: wrap; gap: .5rem 2rem; }
.figure b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.figure span { color: var(--soft); font-size: .85rem; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1em; padding: 0 .6em;
  font-size: .8rem; font-weight: 600; line-height: 1.6; vertical-align: middle; white-space: nowrap; }
.badge.pass { color: var(--pass); }
.badge.violation, .badge.not-deterministic { color: var(--violation); }
.badge.inconclusive { color: var(--inconclusive); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); font-size: .8rem; vertical-align: bottom; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.share { position: relative; min-width: 5rem; }
.share i { position: absolute; right: 0; bottom: 0; height: 3px; background: var(--mark); }
.matrix td { min-width: 3.5rem; }
.h1 { background: rgba(var(--heat), .08); } .h2 { background: rgba(var(--heat), .16); }
.h3 { background: rgba(var(--heat), .26); } .h4 { background: rgba(var(--heat), .36); }
.h5 { background: rgba(var(--heat), .46); }
article { border: 1px solid var(--line); border-left-width: 4px; border-radius: 6px; padding: .75rem 1rem;
  margin: .75rem 0; }
article.failure { border-left-color: var(--violation); }
article.open { border-left-color: var(--inconclusive); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
figure { margin: 0; }
figcaption { color: var(--soft); font-size: .8rem; }
figcaption b { color: var(--ink); }
svg { width: 100%; height: auto; display: block; }
svg .axis { fill: none; stroke: var(--line); }
svg polygon { fill: var(--mark); opacity: .12; }
svg polyline { fill: none; stroke: var(--mark); stroke-width: 1.5; }
details { border-bottom: 1px solid var(--line); padding: .4rem 0; }
summary { cursor: pointer; }
footer { margin-top: 3rem; color: var(--soft); font-size: .85rem; }
@media print {
  body { font-size: 11px; }
  main { max-width: none; padding: 0; }
  article, figure, tr { break-inside: avoid; }
  pre { white-space: pre-wrap; }
  .wide { overflow: visible; }
}
)css";

}  // namespace raftsim
