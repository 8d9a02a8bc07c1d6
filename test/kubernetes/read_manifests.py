"""Reads manifests from standard input, and prints them as JSON with what the schemas of Kubernetes say of each."""

import json
import sys

import kubernetes_validate
import yaml


def problem_of(manifest, version):
    """None for one that fits; of a kind that is no part of Kubernetes itself, nothing is known."""
    try:
        kubernetes_validate.validate(manifest, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return "unknown kind"
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(str(step) for step in error.path)}: {error.message}"
    return None


def main():
    versions = sys.argv[1:]
    documents = [each for each in yaml.safe_load_all(sys.stdin) if each is not None]
    answers = [
        {
            "manifest": each,
            "problems": [
                f"{version}: {problem}"
                for version in versions
                if (problem := problem_of(each, version)) is not None
            ],
        }
        for each in documents
    ]
    json.dump(answers, sys.stdout)


main()
