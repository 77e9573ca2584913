import { render } from "preact";
import { ErrorBoundary, lazy, LocationProvider, Router, Route, useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { Home, Search } from "./home";
import { useTitle } from "./hooks";
import { address, pageOf } from "./names";
import { Finder } from "./parts";
import { ConceptPage } from "./concept";
import { PaperPage } from "./paper";
import { ResultsPage } from "./results";
import { MergesPage } from "./merges";
import { ExtractPage } from "./extract";
import "../../../templates/look.css";
import "./style.css";

const QueryPage = lazy(() => import("./editor").then((it) => it.QueryPage));
const GraphPage = lazy(() => import("./graph").then((it) => it.GraphPage));

const PAGES = [
  ["/results", "Results"],
  ["/graph", "Graph"],
  ["/query", "SPARQL"],
  ["/merges", "Merges"],
  ["/extract", "Extract"],
] as const;

function Theme() {
  const [theme, setTheme] = useState(localStorage.getItem("theme") ?? "");
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return <button type="button" class="round" aria-label={dark ? "Light colours" : "Dark colours"} onClick={() => setTheme(dark ? "light" : "dark")}>{dark ? "☀" : "☾"}</button>;
}

function Top() {
  const { path, route } = useLocation();
  return (
    <header class="top">
      <a class="unseen skip" href="#main">To the content</a>
      <a class="home" href="/">paperkg</a>
      <Finder
        label="Search papers and concepts" hint="Search papers, methods, datasets, hardware …"
        onChoose={(found) => route(pageOf(found.iri) ?? "/")} onSubmit={(text) => route(address("/search", { q: text }))}
      />
      <nav aria-label="Pages">
        {PAGES.map(([page, name]) => <a href={page} aria-current={path === page ? "page" : undefined}>{name}</a>)}
      </nav>
      <Theme />
    </header>
  );
}

function Nowhere() {
  useTitle("Not found");
  return <p class="problem">There is nothing at this address.</p>;
}

function App() {
  return (
    <LocationProvider>
      <Top />
      <main id="main" tabIndex={-1}>
        <ErrorBoundary>
          <Router>
            <Route path="/" component={Home} />
            <Route path="/search" component={Search} />
            <Route path="/id/paper/:key" component={PaperPage} />
            <Route path="/id/:kind/:key" component={ConceptPage} />
            <Route path="/results" component={ResultsPage} />
            <Route path="/graph" component={GraphPage} />
            <Route path="/query" component={QueryPage} />
            <Route path="/merges" component={MergesPage} />
            <Route path="/extract" component={ExtractPage} />
            <Route default component={Nowhere} />
          </Router>
        </ErrorBoundary>
      </main>
    </LocationProvider>
  );
}

render(<App />, document.getElementById("app")!);
