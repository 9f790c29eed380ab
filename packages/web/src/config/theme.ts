import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const iris: MantineColorsTuple = [
  "#eff1fe", "#dde1fc", "#bcc4f9", "#98a4f6", "#7a89f3",
  "#6677f1", "#4f5fe6", "#4150cb", "#3946b4", "#2d399c",
]; // biome-ignore format: a palette reads better as two rows

const dark: MantineColorsTuple = [
  "#e4e7ee", "#c0c6d3", "#98a0b3", "#6f788c", "#3a4152",
  "#2b313f", "#1f2430", "#161a23", "#10131a", "#0a0c11",
]; // biome-ignore format: a palette reads better as two rows

const fontFamily =
  "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Open Sans', sans-serif";

/** The whole look of the product: colours, type, radii and component defaults. */
export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: { light: 6, dark: 5 },
  colors: { iris, dark },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily,
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  headings: {
    fontFamily,
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.75rem" }, h2: { fontSize: "1.25rem" } },
  },
  components: {
    Card: { defaultProps: { withBorder: true, radius: "lg", padding: "lg" } },
    Paper: { defaultProps: { radius: "lg" } },
    Badge: { defaultProps: { variant: "light", radius: "xl", tt: "none", fw: 550, miw: "max-content" } },
    InputWrapper: { styles: { label: { fontSize: "var(--mantine-font-size-sm)", marginBottom: 4 } } },
    TextInput: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Select: { defaultProps: { size: "md" } },
    Modal: { defaultProps: { centered: true, radius: "lg" }, styles: { title: { fontWeight: 650 } } },
    Anchor: { defaultProps: { underline: "hover" } },
  },
});

/** Mantine's dimmed grey is too pale on white for small text (WCAG AA). */
export const resolveCssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#565e6c", "--app-canvas": "#f7f8fb", "--app-pending": "#d5d9e2" },
  dark: { "--app-canvas": "#10131a", "--app-pending": "#3a4152" },
});
