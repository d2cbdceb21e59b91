/** Reports of runs in which no test failed. */

const today = new Date().toISOString();

const xml = (...lines: string[]) => ['<?xml version="1.0" encoding="UTF-8"?>', ...lines].join('\n');

export const TESTS: Readonly<Record<string, string>> = {
  Vitest: xml(
    '<testsuites name="vitest tests" tests="2" failures="0" errors="0" time="0.42">',
    `<testsuite name="src/a.test.ts" timestamp="${today}" hostname="runner-1" tests="2" failures="0" errors="0" skipped="1" time="0.01">`,
    '<testcase classname="src/a.test.ts" name="orders &gt; adds up" time="0.01"></testcase>',
    '<testcase classname="src/a.test.ts" name="orders &gt; later" time="0"><skipped/></testcase>',
    '</testsuite></testsuites>',
  ),
  Jest: xml(
    '<testsuites name="jest tests" tests="2" failures="0" errors="0" time="1.2">',
    `<testsuite name="orders" errors="0" failures="0" skipped="1" timestamp="${today.slice(0, 19)}" time="0.5" tests="2">`,
    '<testcase classname="orders adds up" name="orders adds up" time="0.003"></testcase>',
    '<testcase classname="orders later" name="orders later" time="0"><skipped/></testcase>',
    '</testsuite></testsuites>',
  ),
  pytest: xml(
    '<testsuites name="pytest tests">',
    `<testsuite name="pytest" errors="0" failures="0" skipped="2" tests="3" time="0.5" timestamp="${today.slice(0, 19)}" hostname="runner-1">`,
    '<testcase classname="tests.test_orders" name="test_total[1-2]" time="0.001" />',
    '<testcase classname="tests.test_orders" name="test_later" time="0.000"><skipped type="pytest.skip" message="later">x</skipped></testcase>',
    '<testcase classname="tests.test_orders" name="test_wrong" time="0.000"><skipped type="pytest.xfail" message="" /></testcase>',
    '</testsuite></testsuites>',
  ),
  Surefire: xml(
    '<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd" version="3.0.2" name="com.example.OrderTest" time="1,234.5" tests="2" errors="0" skipped="1" failures="0">',
    '<properties><property name="java.version" value="21"/></properties>',
    '<testcase name="adds" classname="com.example.OrderTest" time="0.04"><system-out><![CDATA[FAILED? no]]></system-out></testcase>',
    '<testcase name="later" classname="com.example.OrderTest" time="0"><skipped message="later"/></testcase>',
    '</testsuite>',
  ),
  Gradle: xml(
    `<testsuite name="com.example.OrderTest" tests="2" skipped="1" failures="0" errors="0" timestamp="${today}" hostname="runner-1" time="0.05">`,
    '<properties/>',
    '<testcase name="adds()" classname="com.example.OrderTest" time="0.04"/>',
    '<testcase name="later()" classname="com.example.OrderTest" time="0.0"><skipped/></testcase>',
    '<system-out><![CDATA[]]></system-out><system-err><![CDATA[ERROR in a log]]></system-err></testsuite>',
  ),
  gotestsum: xml(
    '<testsuites tests="2" failures="0" errors="0" time="0.21">',
    `<testsuite tests="2" failures="0" time="0.002" name="example.org/shop/orders" timestamp="${today}">`,
    '<properties><property name="go.version" value="go1.25.0 linux/amd64"></property></properties>',
    '<testcase classname="example.org/shop/orders" name="TestAdd" time="0.000"></testcase>',
    '<testcase classname="example.org/shop/orders" name="TestLater" time="0.000"><skipped message="=== RUN   TestLater&#xA;"></skipped></testcase>',
    '</testsuite>',
    `<testsuite tests="0" failures="0" time="0.000" name="example.org/shop/cmd" timestamp="${today}"><properties></properties></testsuite>`,
    '</testsuites>',
  ),
  Playwright: xml(
    '<testsuites id="" name="" tests="2" failures="0" skipped="0" errors="0" time="3.2">',
    `<testsuite name="orders.spec.ts" timestamp="${today}" hostname="chromium" tests="2" failures="0" skipped="0" time="2.9" errors="0">`,
    '<testcase name="orders › are listed" classname="orders.spec.ts" time="1.2"></testcase>',
    '<testcase name="orders › are sent" classname="orders.spec.ts" time="1.7"><properties><property name="issue" value="1"/></properties></testcase>',
    '</testsuite></testsuites>',
  ),
  Mocha: xml(
    '<testsuites name="Mocha Tests" time="0.0050" tests="2" failures="0">',
    `<testsuite name="Root Suite" timestamp="${today.slice(0, 19)}" tests="0" time="0.0000" failures="0"></testsuite>`,
    `<testsuite name="orders" timestamp="${today.slice(0, 19)}" tests="2" file="/src/a.js" time="0.0030" failures="0">`,
    '<testcase name="orders adds up" time="0.0010" classname="adds up"></testcase>',
    '<testcase name="orders rounds" time="0.0000" classname="rounds"></testcase>',
    '</testsuite></testsuites>',
  ),
  'cargo nextest': xml(
    `<testsuites name="nextest-run" tests="1" failures="0" errors="0" uuid="8c2a5a3e-0b1d-4e6f-9a7b-1c2d3e4f5a6b" timestamp="${today}" time="0.1">`,
    '<testsuite name="shop" tests="1" disabled="0" errors="0" failures="0">',
    `<testcase name="orders::adds" classname="shop" timestamp="${today}" time="0.01"><system-out>ok</system-out></testcase>`,
    '</testsuite></testsuites>',
  ),
};
