import { Anchor, Container, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { BrandMark } from "../../components/ui/brand-mark.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";

const terms = [
  [
    "Your data is yours",
    "What you put into your instances belongs to you. Deleting an instance deletes its data.",
  ],
  [
    "Fair use",
    "Each instance runs within the limits of its plan. Do not use it to send spam or to attack others.",
  ],
  ["Your account", "Keep your password to yourself. You are responsible for what is done with your account."],
  [
    "The operator",
    "Whoever runs this platform provides the service; further agreements with them come first.",
  ],
];

/** The terms of use, in plain words. */
export function TermsPage() {
  return (
    <Container size="sm" py={64} component="main">
      <PageTitle>Terms of use</PageTitle>
      <Anchor component={Link} to="/" underline="never" c="inherit" aria-label="Home">
        <BrandMark />
      </Anchor>
      <Stack mt="xl">
        <Title order={1}>Terms of use</Title>
        {terms.map(([title, text]) => (
          <div key={title}>
            <Title order={2} size="h4">
              {title}
            </Title>
            <Text c="dimmed">{text}</Text>
          </div>
        ))}
      </Stack>
    </Container>
  );
}
