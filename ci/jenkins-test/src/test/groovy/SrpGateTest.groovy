import org.junit.jupiter.api.Test

/** The shared step ci/jenkins/vars/srpGate.groovy, with stand-ins for the steps of Jenkins. */
class SrpGateTest {
  static final URL = [url: 'https://releases.example.org']

  /** What the step did: its script, the variables around it, and the credential. */
  static Map gate(Map options) {
    def seen = [:]
    def script = new GroovyShell().parse(new File(System.getProperty('repository'), 'ci/jenkins/vars/srpGate.groovy'))
    script.metaClass.string = { Map it -> it }
    script.metaClass.withCredentials = { List it, Closure body -> seen.credentials = it; body() }
    script.metaClass.withEnv = { List it, Closure body -> seen.variables = it; body() }
    script.metaClass.sh = { Object it -> seen.script = it }
    script.metaClass.error = { Object it -> throw new IllegalArgumentException(it as String) }
    script.call(options)
    seen
  }

  @Test
  void 'each option is a value of a variable, and the script never changes'() {
    def hostile = '$(touch pwned)"; touch pwned'
    def seen = gate(URL + [project: '2', version: hostile, environment: 'production', seal: true,
      evidence: ['unit=junit.xml', 'gitleaks secrets=gitleaks.json']])
    assert seen.script == 'scripts/ci/srp-gate.sh'
    assert seen.script instanceof String
    assert seen.variables == [
      'SRP_URL=https://releases.example.org', 'SRP_GATE_PROJECT=2', 'SRP_GATE_VERSION=' + hostile,
      'SRP_GATE_ENVIRONMENT=production', 'SRP_GATE_SEAL=true',
      'SRP_GATE_EVIDENCE=unit=junit.xml\ngitleaks secrets=gitleaks.json']
    assert seen.credentials == [[credentialsId: 'srp-token', variable: 'SRP_TOKEN']]
  }

  @Test
  void 'every variable is one that the script knows'() {
    def known = new File(System.getProperty('repository'), 'scripts/ci/srp-gate.sh').text
    def source = new File(System.getProperty('repository'), 'ci/jenkins/vars/srpGate.groovy').text
    def names = (source =~ /: '([A-Z_]+)'[,\n]/).collect { it[1] }
    assert names.size() == 14
    names.each { assert known.contains("SRP_GATE_$it") }
  }

  @Test
  void 'an option that is not known, and a missing address, fail the step'() {
    [URL + [envronment: 'production'], [project: '2']].each { options ->
      def failure = null
      try {
        gate(options)
      } catch (IllegalArgumentException thrown) {
        failure = thrown
      }
      assert failure != null
    }
  }
}
