{{- define "server.name" -}}
{{- printf "%s-server" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* ClusterRoles and admission policies are cluster-wide: two releases must not meet. */ -}}
{{- define "server.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "server.name" .) -}}
{{- end -}}

{{- define "server.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end -}}

{{- /* managed-by is Helm: the label saas-kit means objects that the server makes. */ -}}
{{- define "server.labels" -}}
{{ include "server.selectorLabels" . }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "server.secretName" -}}
{{- .Values.existingSecret | default (include "server.name" .) -}}
{{- end -}}
{{- define "server.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
