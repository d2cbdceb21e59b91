// A shared step of Jenkins: registers a release, uploads its evidence, and asks whether it may ship. The checkout has copies
// of scripts/ci/release.sh and scripts/ci/srp-gate.sh. docs/ci-gate.md has a whole pipeline.
//
//   srpGate url: 'https://releases.example.org', project: '2', version: env.GIT_COMMIT, environment: 'production',
//     evidence: ['unit=junit.xml', 'gitleaks secrets=gitleaks.json']
//
// A denial fails the step, and its reasons are in the log. An option is a value of a variable, and never a part of a script.
def call(Map options) {
  def names = [
    project: 'PROJECT', projectName: 'PROJECT_NAME', createProject: 'CREATE_PROJECT', version: 'VERSION', commit: 'COMMIT',
    environment: 'ENVIRONMENT', artifacts: 'ARTIFACTS', evidence: 'EVIDENCE', seal: 'SEAL', noAssert: 'NO_ASSERT',
    intent: 'INTENT', running: 'RUNNING', deployment: 'DEPLOYMENT', summary: 'SUMMARY'
  ]
  def variables = ["SRP_URL=${options.url}" as String]
  for (name in options.keySet()) {
    if (name in ['url', 'credentialsId']) continue
    if (!names.containsKey(name)) error("srpGate does not know the option ${name}")
    def value = options[name] instanceof List ? options[name].join('\n') : options[name]
    variables << ("SRP_GATE_${names[name]}=${value}" as String)
  }
  if (!options.url) error('srpGate needs the option url')
  withCredentials([string(credentialsId: options.credentialsId ?: 'srp-token', variable: 'SRP_TOKEN')]) {
    withEnv(variables) {
      sh 'scripts/ci/srp-gate.sh'
    }
  }
}
