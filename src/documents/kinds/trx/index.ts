import type { EvidenceKind } from '../../kind.js';

const example = `<?xml version="1.0" encoding="utf-8"?>
<TestRun id="6f1c7d0e-8a0b-4c52-9a57-0f5a2b6d1c11" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Times start="2026-01-15T09:30:01.0000000+00:00" finish="2026-01-15T09:30:04.0000000+00:00" />
  <Results>
    <UnitTestResult testId="a1" testName="AddsUp" duration="00:00:00.0040000" outcome="Passed" />
    <UnitTestResult testId="a2" testName="Rounds" duration="00:00:01.5000000" outcome="Failed">
      <Output>
        <ErrorInfo>
          <Message>Expected 1.01, but was 1</Message>
        </ErrorInfo>
      </Output>
    </UnitTestResult>
  </Results>
  <TestDefinitions>
    <UnitTest name="AddsUp" storage="/src/bin/release/net8.0/shop.tests.dll" id="a1">
      <TestMethod className="Shop.OrderTests" name="AddsUp" />
    </UnitTest>
    <UnitTest name="Rounds" storage="/src/bin/release/net8.0/shop.tests.dll" id="a2">
      <TestMethod className="Shop.OrderTests" name="Rounds" />
    </UnitTest>
  </TestDefinitions>
  <ResultSummary outcome="Failed">
    <Counters total="2" executed="2" passed="1" failed="1" error="0" timeout="0" aborted="0" notExecuted="0" />
  </ResultSummary>
</TestRun>
`;

/** TRX, which Visual Studio, `dotnet test` and MSTest write. It has no published schema of its current form. */
export const trx: EvidenceKind = {
  name: 'trx',
  summary: 'Test results of .NET as TRX (`dotnet test --logger trx`)',
  format: 'xml',
  uploadFor: { tests: 'trx' },
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
