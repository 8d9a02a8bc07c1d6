#!/bin/sh
# Leaves in node_modules what one program needs on this machine: prune-modules.sh api|model-server. Runs beside the
# package.json of the project after `npm ci --omit=dev`.
set -eu

# Direct dependencies that the program does not use. What is not named stays, so a new one is in both images until it is.
case $1 in
  api)
    unused='@npmcli/config onnxruntime-node pacote'
    ;;
  model-server)
    unused='@fastify/busboy @nestjs/config @nestjs/platform-express @nestjs/swagger @nestjs/terminus class-transformer
      class-validator express helmet jimp rate-limiter-flexible sharp'
    ;;
  *)
    echo "prune-modules.sh: unknown program '$1'" >&2
    exit 1
    ;;
esac

for name in $unused; do npm pkg delete "dependencies.$name"; done
# The pinned Node for machines that have none.
npm pkg delete optionalDependencies
npm prune --omit=dev --ignore-scripts

# TypeScript comes with Swagger's plugin for the compiler, which has done its work.
rm -rf node_modules/typescript node_modules/@microsoft/tsdoc node_modules/@types node_modules/.package-lock.json
# One package holds the libraries of every system.
platform=$(node -p 'process.platform + "/" + process.arch')
for folder in node_modules/onnxruntime-node/bin/*/*/*; do
  case $folder in
    */"$platform" | *'*'*) ;;
    *) rm -rf "$folder" ;;
  esac
done
find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete
find node_modules -type f -iname '*.md' ! -iname '*licen*' ! -iname '*notice*' -delete
find node_modules -type d -empty -delete
