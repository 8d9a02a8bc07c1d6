import { spawnSync } from 'node:child_process';

/** Setting of a developer: the interpreter that has PyTorch. */
const variable = 'FACE_TEST_TORCH_PYTHON';

/** The oldest that PyTorch still comes for, and that Triton's image and its predecessors have. */
const oldest = '(3, 10)';

/**
 * A Python for the tests of triton/rpe_ops and triton/python/kprpe.
 * @param modules what it must be able to import
 * @returns its path, or undefined when there is none
 */
export function findPython(modules: readonly string[]): string | undefined {
  const program = `import sys; assert sys.version_info >= ${oldest}; import ${['sys', ...modules].join(', ')}`;
  return [process.env[variable], 'python3', '/usr/bin/python3'].find(
    (python) => python !== undefined && spawnSync(python, ['-c', program]).status === 0,
  );
}

/** As `findPython`, for PyTorch; says in one line that tests are skipped where there is none. */
export function findTorchPython(tests: string): string | undefined {
  const python = findPython(['torch', 'numpy']);
  if (python === undefined) {
    console.log(
      `skipped: ${tests}, for there is no Python >= 3.10 with PyTorch ` +
        `(Debian and Ubuntu: sudo apt install python3-torch libtorch-dev; or set ${variable})`,
    );
  }
  return python;
}
