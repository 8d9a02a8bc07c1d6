{{/* What the pods of all components have: (list $ "api" .Values.api). */}}
{{- define "face.podSettings" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "face.serviceAccount" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
  {{- with $root.Values.podSecurityContext }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  # Not every cluster has zones: they are a wish.
  {{- range list (list "kubernetes.io/hostname" $values.spread) (list "topology.kubernetes.io/zone" "ScheduleAnyway") }}
  - maxSkew: 1
    topologyKey: {{ index . 0 }}
    whenUnsatisfiable: {{ index . 1 }}
    labelSelector:
      matchLabels:
        {{- include "face.selector" (list $root $component) | nindent 8 }}
    # Pods of the version before do not count in a rollout.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end -}}

{{- define "face.podMetadata" -}}
{{- $values := index . 2 -}}
labels:
  {{- include "face.labels" . | nindent 2 }}
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "face.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Settings of the owner, by their names. */}}
{{- define "face.settings" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  {{- /* Helm reads each number as one with a fraction, and would write large ones with an exponent. */}}
  {{- if and (kindIs "float64" $value) (eq (floor $value) $value) }}
  value: {{ $value | int64 | quote }}
  {{- else }}
  value: {{ $value | toString | quote }}
  {{- end }}
{{- end }}
{{- end -}}
