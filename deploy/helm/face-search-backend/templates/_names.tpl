{{- define "face.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Room is left for what follows: "-model-server". */}}
{{- define "face.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "face.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "face.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of a component: (list $ "api"). */}}
{{- define "face.componentName" -}}
{{- printf "%s-%s" (include "face.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{- define "face.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "face.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "face.labels" -}}
{{- $root := index . 0 -}}
{{ include "face.selector" . }}
app.kubernetes.io/part-of: face-search-backend
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "face.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default $root.Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "face.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "face.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "face.keySecret" -}}
{{- default (printf "%s-keys" (include "face.fullname" .)) .Values.apiKeys.existingSecret -}}
{{- end -}}

{{/* For gRPC the name of a headless service is the list of its pods. */}}
{{- define "face.inferenceUrl" -}}
{{- if eq .Values.inference.kind "external" -}}
{{- .Values.inference.url -}}
{{- else -}}
{{- printf "dns:///%s:8001" (include "face.componentName" (list . .Values.inference.kind)) -}}
{{- end -}}
{{- end -}}

{{/*
Seconds for which a server of inference stays as it is when it is told to go: until its address has left the name
servers, and every connection has come of age once more, a tenth later than set at most.
*/}}
{{- define "face.inferenceLeaveSeconds" -}}
{{- $age := int .Values.inference.connectionAgeSeconds -}}
{{- add (int .Values.inference.dnsSeconds) $age (div (add $age 9) 10) 1 -}}
{{- end -}}
